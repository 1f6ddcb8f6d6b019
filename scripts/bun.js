/** `node scripts/bun.js SCRIPT [ARG …]`: runs a script with the Bun that `npm ci` brought. */
import { spawnSync } from "node:child_process";
import { findBun } from "../src/entry/bun.js";

const bun = findBun();
if (bun === undefined) {
  process.stderr.write("Bun is missing: run npm ci\n");
  process.exit(1);
}
const { status } = spawnSync(bun, process.argv.slice(2), { stdio: "inherit" });
process.exit(status ?? 1);
