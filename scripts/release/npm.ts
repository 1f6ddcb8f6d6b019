/**
 * The npm package: one file of mgo for Node and for Bun, the launchers and the engine beside it. It needs no
 * other package and no script at its installation.
 */
import { basename, join } from "node:path";
import type { BunPlugin } from "bun";
import packageJson from "../../package.json" with { type: "json" };
import { root } from "../script.ts";
import type { Entry } from "./archive.ts";
import { readLicenses, readText } from "./licenses.ts";

/** The lowest versions whose zstd takes dictionaries, by which mgo encodes predicted frames. */
const ENGINES = { node: "^22.19.0 || >=24.6.0", bun: ">=1.4.0" } as const;

/** Returns the files of the package. `compileProducts` comes first. */
export async function npmEntries(): Promise<readonly Entry[]> {
  const { name, version, description, license, homepage, repository, bugs } = packageJson;
  const manifest = {
    name,
    version,
    description,
    license,
    homepage,
    repository,
    bugs,
    type: "module",
    bin: { mgo: "mgo.js" },
    engines: ENGINES,
  };
  const texts: Readonly<Record<string, string>> = {
    "package.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "README.md": await readText("scripts/release/npm-readme.md"),
    "start.js": await readText("src/entry/start.js"),
    // Keeps Bun from reading one in the current folder: see src/entry/start.js.
    "bunfig.toml": "",
  };
  const command = {
    name: "mgo.js",
    bytes: Buffer.from(await readText("src/entry/package.js")),
    executable: true,
  };
  const entries = [
    command,
    ...Object.entries(texts).map(([path, text]) => ({ name: path, bytes: Buffer.from(text) })),
    ...(await readLicenses()),
    ...(await bundleFiles()),
  ];
  return entries.map((entry) => ({ ...entry, name: `package/${entry.name}` }));
}

async function bundleFiles(): Promise<readonly Entry[]> {
  const { outputs } = await Bun.build({
    entrypoints: [join(root, "src", "cli", "main.ts")],
    root,
    target: "node",
    minify: true,
    sourcemap: "none",
    define: { MGO_COMPILED: "true" },
    naming: { entry: "main.js", asset: "[name]" },
    plugins: [QUIET_BUILTINS],
  });
  return Promise.all(
    outputs.map(async (output) => ({
      name: basename(output.path),
      bytes: new Uint8Array(await output.arrayBuffer()),
    })),
  );
}

/**
 * Replaces `import`s of these modules, for which Node would read all that they export. That includes
 * process.stdout, and reading it makes a pipe non-blocking for all programs that share it: see
 * src/system/streams.ts.
 */
const QUIET_BUILTINS: BunPlugin = {
  name: "quiet builtins",
  setup(build) {
    const namespace = "builtin";
    build.onResolve({ filter: /^(?:node:)?(?:process|util)$/ }, ({ path }) => ({
      path: path.replace(/^(?:node:)?/, "node:"),
      namespace,
    }));
    build.onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: "js",
    }));
  },
};
