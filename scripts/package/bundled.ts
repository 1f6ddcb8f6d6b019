/** Whose work is inside mgo beside zstd's, and their licences. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface Notice {
  readonly name: string;
  readonly version: string;
  /** As package.json spells it. */
  readonly license: string;
  readonly text: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The npm packages that src/ imports. */
const IMPORTED = ["log-update", "string-width", "wrap-ansi"] as const;

/**
 * The npm packages that mgo is bundled with, by name: those that it imports, and those that these depend on.
 *
 * @param root a checkout, in which `npm ci` has run
 */
export async function bundledPackages(root: string): Promise<readonly Notice[]> {
  const found = new Map<string, Notice>();
  const visit = async (names: readonly string[], from: string): Promise<void> => {
    for (const name of names) {
      const manifest = require.resolve(`${name}/package.json`, { paths: [from] });
      const folder = dirname(manifest);
      if (found.has(folder)) continue;
      const { version, license = "unknown", dependencies = {} } = await readManifest(manifest);
      found.set(folder, { name, version, license, text: await readLicense(folder) });
      await visit(Object.keys(dependencies), folder);
    }
  };
  await visit(IMPORTED, root);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function readManifest(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(path, "utf8"));
}

async function readLicense(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((file) => /^licen[cs]e(?:\.\w+)?$/i.test(file));
  return name === undefined ? "" : await readFile(join(folder, name), "utf8");
}
