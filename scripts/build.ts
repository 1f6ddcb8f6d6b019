/**
 * `npm run build [-- FILE]`: makes dist/mgo, or FILE: one file that needs Go and nothing else, for linux-x64.
 * `npm run release` makes those for other machines.
 */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { formatSize } from "../src/system/figures.ts";
import { compileProducts, compileStandalone } from "./release/standalone.ts";
import { findTarget } from "./release/targets.ts";
import { root, runScript } from "./script.ts";

await runScript(import.meta.path, {}, async ({ positionals: [file = join(root, "dist", "mgo")] }) => {
  const output = resolve(file);
  await compileProducts();
  await compileStandalone(findTarget("linux-x64"), output);
  process.stdout.write(`${output}: ${formatSize((await stat(output)).size)}\n`);
});
