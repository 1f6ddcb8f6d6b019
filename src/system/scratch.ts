/**
 * Scratch: files and folders that belong to one run, such as temporary folders, the cache entry in use, and
 * the file that becomes the output. None outlives its run: the run removes them at its end, the guard removes
 * them if SIGKILL ends mgo, and the next run removes them if the guard was killed too. Each is locked while
 * its run goes on.
 */
import { chmodSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { guardPaths } from "./guard.ts";
import { type Lock, tryLock } from "./lock.ts";

const scratch = new Map<string, Lock | undefined>();

/**
 * Makes a scratch file or folder.
 *
 * @param make makes it, under a new name each time, and returns its path
 */
export async function makeScratch(make: () => Promise<string>): Promise<string> {
  for (;;) {
    const path = await make();
    const lock = tryLock(path);
    // Another run may have taken it for a leftover before it was locked.
    if (lock !== "busy" && (lock === "unsupported" || lock.holds(path))) return claimScratch(path, lock);
    if (lock !== "busy") lock.release();
  }
}

/** Makes an existing path scratch: it is removed, and unlocked, by the end of the run. */
export function claimScratch(path: string, lock: Lock | "unsupported"): string {
  scratch.set(path, lock === "unsupported" ? undefined : lock);
  guardPaths(scratch.keys());
  return path;
}

/** Unlocks something that was scratch and is to stay. */
export function releaseScratch(path: string): void {
  scratch.get(path)?.release();
  scratch.delete(path);
  guardPaths(scratch.keys());
}

/** Removes something that is scratch. Throws nothing: what cannot be removed stays. */
export function removeScratch(path: string): void {
  removeTree(path);
  releaseScratch(path);
}

/** Removes all scratch that is left, at the end of a run, however it ends. Throws nothing. */
export function removeAllScratch(): void {
  for (const path of scratch.keys()) removeScratch(path);
}

/**
 * Removes what killed runs of this user have left in a folder. Throws nothing.
 *
 * @param names matches the names that only mgo gives
 */
export async function removeLeftovers(folder: string, names: RegExp): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (!names.test(name) || scratch.has(path) || !isMine(path)) continue;
    const lock = tryLock(path);
    if (typeof lock === "string") continue;
    if (lock.holds(path)) removeTree(path);
    lock.release();
  }
}

function isMine(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.();
}

function removeTree(path: string): void {
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  try {
    remove();
  } catch {
    try {
      // Tools may leave folders that their owner may not write, as Go's module cache has.
      makeWritable(path);
      remove();
    } catch {}
  }
}

function makeWritable(folder: string): void {
  chmodSync(folder, 0o700);
  for (const found of readdirSync(folder, { withFileTypes: true })) {
    if (found.isDirectory()) makeWritable(join(folder, found.name));
  }
}
