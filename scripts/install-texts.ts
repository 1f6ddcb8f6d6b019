/**
 * `bun scripts/install-texts.ts FOLDER`: writes the texts that packages built from source install: the pages
 * of documentation, and THIRD-PARTY, the notices that go along with the mgo that runs on Node or Bun.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bundledPackages } from "./package/bundled.ts";
import { thirdParties } from "./package/copyright.ts";
import { installedPages } from "./package/pages.ts";
import { readText } from "./release/licenses.ts";
import { runScript, UsageError } from "./script.ts";

await runScript(import.meta.path, {}, async ({ positionals: [folder] }) => {
  if (folder === undefined) throw new UsageError("no folder is named");
  const notices = thirdParties(await readText("engine/zstd/LICENSE"), await bundledPackages());
  const changelog = await readText("CHANGELOG.md");
  const texts = [
    ...(await installedPages()),
    ["CHANGELOG.md", changelog] as const,
    ["THIRD-PARTY", notices] as const,
  ];
  for (const [path, text] of texts) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
});
