/** Whose work is inside the standalone mgo, and their licences. */
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

/**
 * The npm packages that a package's code is bundled with, by name: its dependencies, and theirs.
 *
 * @param root a checkout, in which `npm ci` has run
 */
export async function bundledPackages(root: string): Promise<readonly Notice[]> {
  const found = new Map<string, Notice>();
  const visit = async (names: readonly string[], from: string): Promise<void> => {
    for (const name of names) {
      const manifest = require.resolve(`${name}/package.json`, { paths: [from] });
      const folder = dirname(manifest);
      // Bun is not bundled, but what the bundle runs on.
      if (found.has(folder) || name === "bun") continue;
      const { version, license = "unknown", dependencies = {} } = await readManifest(manifest);
      found.set(folder, { name, version, license, text: await readLicense(folder) });
      await visit(Object.keys(dependencies), folder);
    }
  };
  const { dependencies = {} } = await readManifest(join(root, "package.json"));
  await visit(Object.keys(dependencies), root);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function readManifest(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(path, "utf8"));
}

async function readLicense(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((file) => /^licen[cs]e(?:\.\w+)?$/i.test(file));
  return name === undefined ? "" : await readFile(join(folder, name), "utf8");
}
