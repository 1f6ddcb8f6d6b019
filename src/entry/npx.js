#!/usr/bin/env node
// The command of a checkout: starts mgo on the Bun that npm installed beside it. Plain Node, because the `bun` command
// of the npm package needs an install script, and those may be off.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bunPackages, findBun } from "./bun.js";
import { startBun } from "./start.js";

const here = dirname(fileURLToPath(import.meta.url));
const bun = findBun();
if (bun === undefined) {
  const machine = `${process.platform}/${process.arch}`;
  process.stderr.write(
    `mgo: Bun is not installed for ${machine}: no package ${bunPackages().join(" or ")}\n`,
  );
  process.exitCode = 1;
} else {
  startBun(bun, join(here, "..", "cli", "main.ts"), join(here, "..", "..", "bunfig.toml"));
}
