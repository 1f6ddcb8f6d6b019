/**
 * `npm run release [-- [--output FOLDER] [NAME …]]`: makes what people download, in dist/release or FOLDER.
 *
 *     npm run release                        everything
 *     npm run release -- linux-x64 npm       the standalone mgo for linux-x64, and the npm package
 *
 * The same sources give the same bytes, in any folder and on any machine. docs/verify-release.md tells how to
 * check.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { formatSize } from "../src/system/figures.ts";
import { RUNTIME } from "./package/copyright.ts";
import { type Entry, packArchive } from "./release/archive.ts";
import { readLicenses, readText } from "./release/licenses.ts";
import { npmEntries } from "./release/npm.ts";
import { compileProducts, compileStandalone } from "./release/standalone.ts";
import { TARGETS, type Target } from "./release/targets.ts";
import { root, runScript, UsageError } from "./script.ts";
import { withTemporary } from "./temporary.ts";

const NPM = "npm";
const OUTPUT = join(root, "dist", "release");
const { version } = packageJson;

await runScript(import.meta.path, { output: { type: "string" } }, async ({ values, positionals }) => {
  const known = [NPM, ...TARGETS.map(({ name }) => name)];
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`nothing is called ${unknown}: there are ${known.join(", ")}`);
  }
  const names = positionals.length > 0 ? positionals : known;
  const output = resolve(values.output ?? OUTPUT);
  // Another folder may hold files of others.
  if (values.output === undefined) await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  await compileProducts();
  const sums: string[] = [];
  const add = async (file: string, entries: readonly Entry[]): Promise<void> => {
    const bytes = await packArchive(entries);
    await writeFile(join(output, file), bytes);
    sums.push(`${createHash("sha256").update(bytes).digest("hex")}  ${file}\n`);
    process.stdout.write(`${join(output, file)}: ${formatSize(bytes.length)}\n`);
  };
  if (names.includes(NPM)) await add(`mgo-${version}.tgz`, await npmEntries());
  for (const target of TARGETS.filter(({ name }) => names.includes(name))) {
    await add(`mgo-${version}-${target.name}.tar.gz`, await standaloneEntries(target));
  }
  // As `sha256sum --check` reads it.
  await writeFile(join(output, "SHA256SUMS"), sums.toSorted(byFile).join(""));
});

function byFile(a: string, b: string): number {
  return a.slice(64) < b.slice(64) ? -1 : 1;
}

async function standaloneEntries(target: Target): Promise<readonly Entry[]> {
  return withTemporary("release", async (work) => {
    const program = join(work, "mgo");
    await compileStandalone(target, program);
    const entries = [
      { name: "mgo", bytes: await readFile(program), executable: true },
      { name: "README.md", bytes: Buffer.from(await readText("scripts/release/readme.md")) },
      ...(await readLicenses(RUNTIME)),
    ];
    const folder = `mgo-${version}-${target.name}`;
    return entries.map((entry) => ({ ...entry, name: `${folder}/${entry.name}` }));
  });
}
