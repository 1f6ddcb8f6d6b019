/** docs/debugging.md, followed word by word. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { followPage } from "../support/follow.ts";

/** Whether perf is there and the kernel lets it record. */
const perf =
  Bun.which("perf") !== null &&
  spawnSync("perf", ["record", "-q", "-e", "cpu-clock", "-o", "/dev/null", "true"]).status === 0;

followPage("docs/debugging.md", {
  env: { MGOFLAGS: "-mgo.levels=v1,v3 -mgo.compress=fast" },
  abilities: { perf, "core-dumps": readFileSync("/proc/sys/kernel/core_pattern", "utf8").startsWith("core") },
});
