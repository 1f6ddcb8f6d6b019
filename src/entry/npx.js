#!/usr/bin/env node
// The command of a checkout: starts mgo on the Bun that npm installed beside it. Plain Node, so that it can
// say what is missing before there is a Bun.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bunPackage, findBun } from "./bun.js";
import { startBun } from "./start.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const bun = findBun();
if (!existsSync(join(root, "launcher.zig"))) {
  // npm packs a checkout without its sources: see files in package.json.
  refuse(
    "this package was packed from a clone, and is not complete",
    "npm run release -- npm, in the clone, makes dist/release/mgo-VERSION.tgz",
  );
} else if (bun === undefined) {
  const machine = `${process.platform}/${process.arch}`;
  refuse(`Bun is not installed for ${machine}: no package ${bunPackage()}`, `npm ci, in ${root}`);
} else {
  startBun(bun, join(root, "src", "cli", "main.ts"), join(root, "bunfig.toml"));
}

/**
 * @param {string} what
 * @param {string} hint
 */
function refuse(what, hint) {
  process.stderr.write(`mgo: ${what}\nhint: ${hint}\n`);
  process.exitCode = 1;
}
