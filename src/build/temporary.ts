/**
 * The run's private folders, and that none of them outlives the run.
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MgoError, reasonOf } from "../error.ts";
import type { Environment } from "../process.ts";

const folders = new Set<string>();

/**
 * Makes a folder for this run alone.
 *
 * @param wanted where to make it, as GOTMPDIR names it; otherwise it is TMPDIR or the system's place
 * @throws MgoError when it cannot be made
 */
export async function makeTemporaryFolder(wanted: string, env: Environment): Promise<string> {
  const parent = wanted || env["TMPDIR"] || tmpdir();
  try {
    return keep(await mkdtemp(join(parent, "mgo-")));
  } catch (cause) {
    throw new MgoError(`cannot make a temporary folder in ${parent}: ${reasonOf(cause)}`, { cause });
  }
}

/** Removes a folder with all that is in it. Compilers leave no read-only folders, but module caches may. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}

/** Has a folder removed by removeAllFolders if nothing removes it before. */
export function keep(folder: string): string {
  folders.add(folder);
  return folder;
}

/** Takes a folder back out of the care of removeAllFolders: it has become something lasting. */
export function letGo(folder: string): void {
  folders.delete(folder);
}

/** Removes at once all folders that are left: for the end of a run that was not allowed to end. */
export function removeAllFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

/** Makes a folder if it is not there; undefined when that cannot be. */
export async function tryFolder(folder: string): Promise<string | undefined> {
  return await mkdir(folder, { recursive: true, mode: 0o777 }).then(
    () => folder,
    () => undefined,
  );
}
