/** Bundles under debuggers, profilers and tracers, as docs/debugging.md has it. */
import { readFileSync } from "node:fs";
import { followPage } from "../support/follow.ts";

followPage("docs/debugging.md", {
  env: { MGOFLAGS: "-mgo.levels=v1,v3 -mgo.compress=fast" },
  abilities: { "core-dumps": readFileSync("/proc/sys/kernel/core_pattern", "utf8").startsWith("core") },
});
