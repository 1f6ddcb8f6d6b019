/**
 * The launcher of a checkout: compiled with Zig when its sources have changed since the last time.
 *
 * The result is kept under node_modules by a hash of all that goes into it, so that an unchanged launcher
 * costs reading its sources.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MgoError, reasonOf } from "../error.ts";
import { type Environment, run } from "../process.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);

/** What is compiled, as paths in the checkout; zstd's sources and Zig change with the lock file only. */
const SOURCES = ["build.zig", "launcher.zig", "launcher", "package-lock.json"] as const;

/** Where build.zig puts the launcher, below the folder that `zig build --prefix` names. */
const LAUNCHER_PATH = join("bin", "mgo-launcher");

/**
 * Compiles the launcher unless that was done before.
 *
 * @throws MgoError if Zig is missing or refuses; the signal's reason if it is aborted
 */
export async function compileLauncher(env: Environment, signal: AbortSignal): Promise<Uint8Array> {
  const cache = join(root, "node_modules", ".cache", "mgo");
  const launcher = join(cache, `launcher-${await hashSources(env)}`);
  const kept = await readFile(launcher).catch(() => undefined);
  if (kept !== undefined) return kept;
  const work = await makeWorkFolder(cache);
  try {
    const prefix = join(work, "out");
    const caches = ["--cache-dir", join(work, "cache"), "--global-cache-dir", join(work, "global")];
    const command = [findZig(env), "build", ...caches, "--prefix", prefix];
    const { status, stderr } = await run(command, { cwd: root, env, signal });
    if (status !== 0) {
      throw new MgoError(`cannot compile the launcher with ${command[0]}`, { hint: stderr.trim() });
    }
    const bytes = await readFile(join(prefix, LAUNCHER_PATH));
    // In a checkout that may not be written, it is compiled each time.
    await rename(join(prefix, LAUNCHER_PATH), launcher).catch(() => {});
    return bytes;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Beside where the launcher is kept, or where temporary files go. */
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
