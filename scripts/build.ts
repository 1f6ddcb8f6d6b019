/**
 * `npm run build [-- FILE]`: dist/mgo, or FILE, one file that needs Go and nothing else, for linux-x64.
 * `npm run release` makes those for other machines.
 */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { formatSize } from "../src/system/figures.ts";
import { compileProducts, compileStandalone } from "./release/standalone.ts";
import { root } from "./release/step.ts";
import { TARGETS } from "./release/targets.ts";

const output = resolve(process.argv[2] ?? join(root, "dist", "mgo"));
const target = TARGETS.find(({ name }) => name === "linux-x64");
if (target === undefined) throw new Error("there is no linux-x64");
await compileProducts();
await compileStandalone(target, output);
process.stdout.write(`${output}: ${formatSize((await stat(output)).size)}\n`);
