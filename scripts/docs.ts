/**
 * `npm run docs`: writes the pages, and the parts of pages, that are made from data. `npm run lint` fails
 * where one differs.
 */
import { join } from "node:path";
import { generatedPages } from "./docs/pages.ts";
import { root, runScript } from "./script.ts";

await runScript(import.meta.path, {}, async () => {
  for (const [path, text] of generatedPages()) await Bun.write(join(root, path), text);
});
