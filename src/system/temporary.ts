/** Folders of a run, and folders that git must not see. */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hasCode, MgoError, reasonOf } from "./error.ts";
import type { Environment } from "./process.ts";
import { makeScratch, removeLeftovers } from "./scratch.ts";

const NAMES = /^mgo-build-[0-9a-f]{16}$/;

/**
 * Makes a scratch folder, and removes those that killed runs have left beside it.
 *
 * @param gotmpdir the folder to make it in, as GOTMPDIR names it; if empty, TMPDIR or the system's folder
 * @returns its absolute path: with -C, Go runs in another folder than mgo
 * @throws MgoError if it cannot be made
 */
export async function makeTemporaryFolder(gotmpdir: string, env: Environment): Promise<string> {
  const parent = gotmpdir || env.TMPDIR || tmpdir();
  await removeLeftovers(resolve(parent), NAMES);
  try {
    const folder = await makeScratch(async () => {
      const path = resolve(parent, `mgo-build-${randomBytes(8).toString("hex")}`);
      await mkdir(path, { mode: 0o700 });
      return path;
    });
    await hideFromGit(folder);
    return folder;
  } catch (cause) {
    throw new MgoError(`cannot make a temporary folder in ${parent}: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Has git ignore a folder. Inside the repository that is built, Go would take its contents for a change, and
 * stamp `vcs.modified=true` and a version with `+dirty` into programs.
 */
export async function hideFromGit(folder: string): Promise<void> {
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (!hasCode(error, "EEXIST")) throw error;
  });
}

/** Makes a folder if it is missing. Returns its path, or undefined if it cannot be made. */
export async function tryFolder(folder: string): Promise<string | undefined> {
  return await mkdir(folder, { recursive: true, mode: 0o777 }).then(
    () => folder,
    () => undefined,
  );
}
