/**
 * mgo's cache: the variants of earlier builds, so that Go finds them up to date and does not link again.
 *
 * An entry is a folder with one folder of executables for each level. Whether one is up to date is for Go to
 * say, by the build ID in it: an entry's key only keeps builds apart that would overwrite each other's.
 *
 * A run takes its entry away by renaming it and renames it back when every `go` has ended by itself. So two runs
 * never share an entry (the second starts with an empty one), and what a killed `go` left half-written is never
 * taken for a variant. An entry that is taken is locked; one that nobody locks any more goes with the next run.
 *
 * What lies in an entry that is taken has the time of UNCONFIRMED. Go gives every executable that it writes or finds
 * up to date the time of now; what keeps the old time this run's `go` has not looked at.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
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
/** Unused for so long, an entry goes: the time that Go gives its own cache. */
const ENTRY_AGE = 5 * DAY;
/** Where the file system has no locks, a taken entry whose run was killed goes after this time. */
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

/**
 * Takes the entry that belongs to a build: an empty folder the first time. Where there is no usable cache it is a
 * temporary folder.
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

/** An empty entry that no other run sees, where `makeTemporaryFolder` makes it. */
export async function temporaryEntry(temporary: string, env: Environment): Promise<Entry> {
  const folder = await makeTemporaryFolder(temporary, env);
  return { folder, isCached: false, release: async () => removeScratch(folder) };
}

/**
 * MGOCACHE, or `mgo` in the user's cache folder; undefined if there is none, or if it is `off`.
 *
 * @throws MgoError for a relative MGOCACHE, as Go refuses a relative GOCACHE
 */
export function cacheFolder(env: Environment): string | undefined {
  const named = env.MGOCACHE;
  if (named === "off") return undefined;
  if (named !== undefined && named !== "") {
    if (isAbsolute(named)) return named;
    throw new MgoError(`MGOCACHE=${named}: it may be an absolute path, or off`);
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
    // The folder's age counts from now, or a run that lasts would see it trimmed.
    await touch(taken);
    await markFiles(taken);
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
  // Locked while it still has the name that nobody takes for a leftover.
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

async function markFiles(folder: string): Promise<void> {
  for (const found of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (found.isFile()) await utimes(join(found.parentPath, found.name), UNCONFIRMED, UNCONFIRMED);
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

/** Removes what has not been used for long. Its failures are no matter: the next run tries again. */
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
