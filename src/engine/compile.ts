/**
 * Compiles launchers and the engine by Zig in a checkout, whenever their sources have changed.
 *
 * The products are kept under node_modules by a hash of all that goes into them: if they are unchanged, it
 * only takes reading their sources.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MgoError, reasonOf } from "../system/error.ts";
import { type Environment, run } from "../system/process.ts";
import { isTerminal, writeStderr } from "../system/streams.ts";
import type { ARCHITECTURES } from "./levels.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);

/** The sources, as paths in the checkout; zstd's and Zig change with the lock file only. */
const SOURCES = ["build.zig", "launcher.zig", "launcher", "engine", "package-lock.json"] as const;

/** The folder of build.zig's products, below the one that `zig build --prefix` names. */
const PRODUCTS = "bin";

/** The engine, or the launcher of an architecture. */
export type Product = "engine" | LauncherName;
export type LauncherName = `launcher-${keyof typeof ARCHITECTURES}`;

/** Products of one run of `zig build`: its steps, and their files. */
interface Group {
  readonly steps: readonly string[];
  readonly files: Readonly<Partial<Record<Product, string>>>;
}

/** Most builds need these two, and compiling them together takes less time. */
const USUAL: Group = {
  steps: ["engine", "launcher"],
  files: { engine: "mgo-engine.wasm", "launcher-amd64": "mgo-launcher" },
};

function groupOf(product: Product): Group {
  if (USUAL.files[product] !== undefined) return USUAL;
  return { steps: [product], files: { [product]: `mgo-${product}` } };
}

/** The steps of `zig build` that make a product, and maybe others. */
export function stepsOf(product: Product): readonly string[] {
  return groupOf(product).steps;
}

/**
 * Compiles a product unless that was done before.
 *
 * @throws MgoError if Zig is missing or refuses; the signal's reason if it is aborted
 */
export async function compile(product: Product, env: Environment, signal: AbortSignal): Promise<Uint8Array> {
  const cache = join(root, "node_modules", ".cache", "mgo");
  const { steps, files } = groupOf(product);
  const file = files[product] ?? "";
  const kept = join(cache, `zig-${await hashSources(env)}-${steps.at(-1)}`);
  const found = await readFile(join(kept, file)).catch(() => undefined);
  if (found !== undefined) return found;
  if (isTerminal()) {
    const what = steps === USUAL.steps ? "its launcher and its engine" : `its ${product}`;
    writeStderr(`mgo: compiling ${what} with Zig, as their sources are new: a minute or two\n`);
  }
  const work = await makeWorkFolder(cache);
  try {
    const prefix = join(work, "out");
    const caches = ["--cache-dir", join(work, "cache"), "--global-cache-dir", join(work, "global")];
    const command = [findZig(env), "build", ...steps, ...caches, "--prefix", prefix];
    const { status, stderr } = await run(command, { cwd: root, env, signal });
    if (status !== 0) {
      throw new MgoError(`cannot compile the launcher with ${command[0]}`, { hint: stderr.trim() });
    }
    const bytes = await readFile(join(prefix, PRODUCTS, file));
    // In a checkout that may not be written, it is compiled each time. Another mgo may have been faster.
    await rename(join(prefix, PRODUCTS), kept).catch(() => {});
    return bytes;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Beside where products are kept, or where temporary files go. */
async function makeWorkFolder(cache: string): Promise<string> {
  try {
    await mkdir(cache, { recursive: true });
    return await mkdtemp(join(cache, "zig-"));
  } catch {
    try {
      return await mkdtemp(join(tmpdir(), "mgo-zig-"));
    } catch (error) {
      throw new MgoError(`no folder to compile the launcher in: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** The Zig that the environment variable ZIG names, else the one that `npm ci` brought. */
export function findZig(env: Environment): string {
  if (env.ZIG) return env.ZIG;
  const name = `@zigc/${process.platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), "bin", "zig");
  } catch (error) {
    throw new MgoError(`no Zig to compile the launcher with: the npm package ${name} is missing`, {
      hint: "run npm ci in mgo's checkout, or name a Zig 0.16 in the environment variable ZIG",
      cause: error,
    });
  }
}

async function hashSources(env: Environment): Promise<string> {
  const hash = createHash("sha256").update(env.ZIG ?? "");
  try {
    for (const path of await listFiles(SOURCES))
      hash.update(`${path}\0`).update(await readFile(join(root, path)));
  } catch (error) {
    throw new MgoError(`cannot read the launcher's sources: ${reasonOf(error)}`, { cause: error });
  }
  return hash.digest("hex").slice(0, 16);
}

/** Files as they are, folders as the files below them, in a fixed order. */
async function listFiles(paths: readonly string[]): Promise<readonly string[]> {
  const lists = paths.map(async (path) => {
    if (path.includes(".")) return [path];
    const names = await readdir(join(root, path), { recursive: true, withFileTypes: true });
    return names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
      .sort();
  });
  return (await Promise.all(lists)).flat();
}
