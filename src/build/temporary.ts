/**
 * The run's private folders, and that none of them outlives the run.
 */
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hasCode, MgoError, reasonOf } from "../error.ts";
import type { Environment } from "../process.ts";

const folders = new Set<string>();

/**
 * Makes a folder for this run alone.
 *
 * @param wanted where to make it, as GOTMPDIR names it; otherwise it is TMPDIR or the system's place
 * @returns its absolute path: with -C, Go runs in another folder than mgo
 * @throws MgoError when it cannot be made
 */
export async function makeTemporaryFolder(wanted: string, env: Environment): Promise<string> {
  const parent = wanted || env.TMPDIR || tmpdir();
  try {
    const folder = keep(await mkdtemp(resolve(parent, "mgo-")));
    await hideFromGit(folder);
    return folder;
  } catch (cause) {
    throw new MgoError(`cannot make a temporary folder in ${parent}: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Has git ignore a folder. Where it lies inside of the repository that is built, Go would take what is in it for a
 * change, and stamp `vcs.modified=true` and a version with `+dirty` into programs.
 */
export async function hideFromGit(folder: string): Promise<void> {
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (!hasCode(error, "EEXIST")) throw error;
  });
}

/** Removes a folder with all that is in it. What cannot be removed stays: the build itself was none the worse. */
export function removeFolder(folder: string): void {
  folders.delete(folder);
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    remove();
  } catch {
    try {
      // Tools may leave folders that their owner may not write, as Go's module cache has.
      makeWritable(folder);
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

/** Has a folder removed by removeAllFolders if nothing removes it before. */
export function keep(folder: string): string {
  folders.add(folder);
  return folder;
}

/** Takes a folder back out of the care of removeAllFolders: it has become something lasting. */
export function letGo(folder: string): void {
  folders.delete(folder);
}

/** Removes all folders that are left: the last net at the end of a run, however it ends. Throws nothing. */
export function removeAllFolders(): void {
  for (const folder of folders) removeFolder(folder);
}

/** Makes a folder if it is not there; undefined when that cannot be. */
export async function tryFolder(folder: string): Promise<string | undefined> {
  return await mkdir(folder, { recursive: true, mode: 0o777 }).then(
    () => folder,
    () => undefined,
  );
}
