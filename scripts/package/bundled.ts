/** The npm packages inside mgo, and their licenses. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../script.ts";

export interface Notice {
  readonly name: string;
  readonly version: string;
  /** SPDX expression from its package.json. */
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
 * Returns the npm packages that mgo is bundled with, sorted by name: those that it imports, and their
 * dependencies.
 */
export async function bundledPackages(): Promise<readonly Notice[]> {
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
