/**
 * The npm package: one file of mgo for Node and for Bun, the launcher and the codec beside it. It needs no other
 * package and no script at its installation.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import type { Entry } from "./archive.ts";
import { readLicenses, readText } from "./licenses.ts";
import { runStep } from "./step.ts";

/** The least versions whose zstd takes dictionaries, which mgo's predicted frames are. */
const ENGINES = { node: "^22.19.0 || >=24.6.0", bun: ">=1.4.0" } as const;

/** The files of the package. `compileProducts` comes first. */
export async function npmEntries(): Promise<readonly Entry[]> {
  const { name, version, description, license } = packageJson;
  const manifest = {
    name,
    version,
    description,
    license,
    type: "module",
    bin: { mgo: "mgo.js" },
    engines: ENGINES,
  };
  const texts: Readonly<Record<string, string>> = {
    "package.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "README.md": await readText("scripts/release/npm-readme.md"),
    "start.js": await readText("src/start.js"),
    // Nothing of the folder that mgo is used in: see src/start.js.
    "bunfig.toml": "",
  };
  const command = { name: "mgo.js", bytes: Buffer.from(await readText("src/package.js")), executable: true };
  const entries = [
    command,
    ...Object.entries(texts).map(([path, text]) => ({ name: path, bytes: Buffer.from(text) })),
    ...(await readLicenses()),
    ...(await bundleFiles()),
  ];
  return entries.map((entry) => ({ ...entry, name: `package/${entry.name}` }));
}

async function bundleFiles(): Promise<readonly Entry[]> {
  const work = await mkdtemp(join(tmpdir(), "mgo-npm-"));
  try {
    await runStep([
      process.execPath,
      "build",
      "src/cli.ts",
      "--target=node",
      "--minify",
      "--sourcemap=none",
      "--define=MGO_COMPILED=true",
      "--entry-naming=main.js",
      "--asset-naming=[name]",
      `--outdir=${work}`,
    ]);
    const names = ["main.js", "mgo-codec", "mgo-launcher"];
    return await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(work, name)) })));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
