/**
 * What a run makes for itself alone: its temporary folders, the cache's entry that it uses, the file that becomes the
 * output. None of it outlives the run: it is removed at the end, by the guard if SIGKILL ends mgo, and by the next run
 * if that killed the guard as well. While the run goes on it is locked.
 */
import { chmodSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { guardPaths } from "./guard.ts";
import { type Lock, tryLock } from "./lock.ts";

const own = new Map<string, Lock | undefined>();

/**
 * Makes a file or a folder that is this run's own.
 *
 * @param make makes it, under a new name each time, and returns its path
 */
export async function makeOwn(make: () => Promise<string>): Promise<string> {
  for (;;) {
    const path = await make();
    const lock = tryLock(path);
    // Before it was locked, another run may have taken it for a leftover.
    if (lock !== "busy" && (lock === "unsupported" || lock.holds(path))) return keep(path, lock);
    if (lock !== "busy") lock.release();
  }
}

/** Has something removed at the end of the run, if nothing removes it before, and unlocked with that. */
export function keep(path: string, lock: Lock | "unsupported"): string {
  own.set(path, lock === "unsupported" ? undefined : lock);
  guardPaths(own.keys());
  return path;
}

/** Gives something up that is to last. */
export function letGo(path: string): void {
  own.get(path)?.release();
  own.delete(path);
  guardPaths(own.keys());
}

/** Removes something of this run's. What cannot be removed stays: the run itself was none the worse. */
export function removeOwn(path: string): void {
  removeTree(path);
  letGo(path);
}

/** Removes all that is left: the last net at the end of a run, however it ends. Throws nothing. */
export function removeAllOwn(): void {
  for (const path of own.keys()) removeOwn(path);
}

/**
 * Removes what killed runs of this user have left in a folder. Throws nothing.
 *
 * @param names the names that only mgo gives
 */
export async function removeLeftovers(folder: string, names: RegExp): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (!names.test(name) || own.has(path) || !isMine(path)) continue;
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
