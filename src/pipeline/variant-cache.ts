/**
 * mgo's cache: the variants of earlier builds, so that Go finds them up to date and does not link again.
 *
 * An entry is a folder with one folder of executables for each level. Go judges by the build ID whether an
 * executable is up to date; an entry's key only keeps builds apart that would overwrite each other's.
 *
 * A run takes its entry by renaming it, and renames it back when every `go` has ended by itself. So two runs
 * never share an entry (the second starts with an empty one), and a half-written file of a killed `go` is
 * never taken for a variant. A taken entry is locked; the next run removes one that nobody locks any more.
 *
 * Executables in a taken entry get the modification time UNCONFIRMED. Go gives each one that it writes or
 * finds up to date the current time, so this run's `go` has not looked at those that keep the old one.
 *
 * Go's build ID covers no input of an external linker but its flags: neither static libraries nor crt files,
 * linker scripts or the linker itself (https://go.dev/issue/29843). So Go never gets to see the executables
 * that one made, and links them anew, as plain `go build` does where its output is missing.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { isLinkedByGo } from "../bundle/internal-link.ts";
import { ALL_LEVELS, type Level } from "../levels/level.ts";
import { hasCode, MgoError } from "../system/error.ts";
import { tryLock } from "../system/lock.ts";
import type { Environment } from "../system/process.ts";
import {
  claimScratch,
  makeScratch,
  releaseScratch,
  removeLeftovers,
  removeScratch,
} from "../system/scratch.ts";
import { hideFromGit, makeTemporaryFolder, tryFolder } from "../system/temporary.ts";

const DAY = 24 * 60 * 60 * 1000;
/** Entries go when they are unused for this long, as in Go's own cache. */
const ENTRY_AGE = 5 * DAY;
/** Entries of killed runs go after this time where the file system has no locks. */
const TAKEN_AGE = DAY;

const TAKEN = /^taken-/;

/** The modification time of executables of earlier runs, in milliseconds. */
export const UNCONFIRMED = 0;

/** A folder that this run has to itself. */
export interface Entry {
  readonly folder: string;
  /** Whether it lies in the cache. */
  readonly isCached: boolean;
  /**
   * Ends the use of the folder. Throws nothing: a cache that fails is no failure of the build.
   *
   * @param good whether the next run may take what is in it: every `go` that wrote there has ended by itself
   */
  release(good: boolean): Promise<void>;
}

/** The folder of a level's executables, in an entry. */
export function levelFolder(entry: string, level: Level): string {
  return join(entry, level);
}

/**
 * Takes the entry that belongs to a build: an empty folder the first time, a temporary one without a usable
 * cache.
 *
 * @param key everything that tells this build from others
 * @param temporary where temporary folders are made, as GOTMPDIR names it
 */
export async function takeEntry(key: readonly string[], temporary: string, env: Environment): Promise<Entry> {
  const cache = cacheFolder(env);
  const builds = cache === undefined ? undefined : await makeCache(cache);
  const name = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 32);
  const lasting = join(builds ?? "", name);
  const taken = builds === undefined ? undefined : await take(lasting, builds);
  if (builds === undefined || taken === undefined) return await temporaryEntry(temporary, env);
  return { folder: taken, isCached: true, release: (good) => putBack(taken, lasting, builds, good) };
}

/** Makes an empty entry outside of the cache. */
export async function temporaryEntry(temporary: string, env: Environment): Promise<Entry> {
  const folder = await makeTemporaryFolder(temporary, env);
  return { folder, isCached: false, release: async () => removeScratch(folder) };
}

/**
 * Finds MGOCACHE, or `mgo` in the user's cache folder; undefined if there is none, or if it is `off`.
 *
 * @throws MgoError for a relative MGOCACHE, as Go refuses a relative GOCACHE
 */
export function cacheFolder(env: Environment): string | undefined {
  const named = env.MGOCACHE;
  if (named === "off") return undefined;
  if (named !== undefined && named !== "") {
    if (isAbsolute(named)) return named;
    throw new MgoError(`MGOCACHE=${named}: it may be an absolute path or off`);
  }
  const xdg = env.XDG_CACHE_HOME;
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "mgo");
  const home = env.HOME;
  return home !== undefined && isAbsolute(home) ? join(home, ".cache", "mgo") : undefined;
}

/** Makes the folder of entries; undefined when the cache cannot be written. */
async function makeCache(cache: string): Promise<string | undefined> {
  const builds = await tryFolder(join(cache, "build"));
  return await hideFromGit(cache).then(
    () => builds,
    () => undefined,
  );
}

/** Takes the entry, or makes a new one where there is none; undefined when the cache cannot be written. */
async function take(lasting: string, builds: string): Promise<string | undefined> {
  await removeLeftovers(builds, TAKEN);
  const taken = join(builds, takenName());
  try {
    if (!(await takeLasting(lasting, taken))) {
      return await makeScratch(async () => {
        const folder = join(builds, takenName());
        await mkdir(folder);
        return folder;
      });
    }
    // Otherwise another run might trim it before this one ends.
    await touch(taken);
    for (const level of ALL_LEVELS) await prepareVariants(levelFolder(taken, level));
    return taken;
  } catch {
    return undefined;
  }
}

function takenName(): string {
  return `taken-${process.pid}-${randomBytes(6).toString("hex")}`;
}

/** @returns whether there is one, and no other run is just taking it or putting it back */
async function takeLasting(lasting: string, taken: string): Promise<boolean> {
  // It is locked under its lasting name, which nobody takes for a leftover.
  const lock = tryLock(lasting);
  if (lock === "busy") return false;
  try {
    await rename(lasting, taken);
  } catch (error) {
    if (lock !== "unsupported") lock.release();
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
  claimScratch(taken, lock);
  return true;
}

/** Marks the executables that Go's own linker made as those of an earlier run, and removes all others. */
async function prepareVariants(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (await isLinkedByGo(path)) await utimes(path, UNCONFIRMED, UNCONFIRMED);
    else await rm(path, { recursive: true, force: true });
  }
}

async function putBack(taken: string, lasting: string, builds: string, good: boolean): Promise<void> {
  let isLasting = false;
  if (good) {
    try {
      await touch(taken);
      await rename(taken, lasting);
      isLasting = true;
    } catch {
      // Another run has put its own there meanwhile.
    }
  }
  if (isLasting) releaseScratch(taken);
  else removeScratch(taken);
  await trim(builds);
}

async function touch(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now);
}

/** Removes entries that are unused for long. The next run tries again where that fails. */
async function trim(builds: string): Promise<void> {
  const now = Date.now();
  for (const name of await readdir(builds).catch(() => [])) {
    const folder = join(builds, name);
    const then = await stat(folder).then(
      (found) => found.mtimeMs,
      () => now,
    );
    if (now - then < (TAKEN.test(name) ? TAKEN_AGE : ENTRY_AGE) || isUsed(folder)) continue;
    // Renamed first, so that no run takes an entry that is half gone.
    const doomed = join(builds, `taken-${randomBytes(6).toString("hex")}`);
    await rename(folder, doomed)
      .then(() => rm(doomed, { recursive: true, force: true }))
      .catch(() => {});
  }
}

function isUsed(folder: string): boolean {
  const lock = tryLock(folder);
  if (typeof lock !== "string") lock.release();
  return lock === "busy";
}
