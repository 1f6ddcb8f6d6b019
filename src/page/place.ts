/** Puts pages in their places. */
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { hasCode, MgoError, reasonOf } from "../system/error.ts";
import { placeOutput } from "../system/output.ts";

/** Mode of a new page before umask. */
const MODE = 0o666;

/**
 * Checks beforehand, as far as possible, that a page can be written, so that no measurement is lost.
 *
 * @throws MgoError if it cannot be written
 */
export async function checkPage(path: string): Promise<void> {
  if (path === "") throw new MgoError("--html: missing FILE", { status: 2 });
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new MgoError(`cannot write ${path}: is a folder`);
  try {
    await access(found === undefined ? await nearestFolder(path) : path, constants.W_OK);
  } catch (cause) {
    throw new MgoError(`cannot write ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** Returns the nearest existing folder above. Throws a system error if a file is in the way. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const found = await stat(folder).catch((error: unknown) => {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    });
    // The reason is the system's.
    if (found?.isDirectory() === false) await stat(`${folder}/.`);
    if (found !== undefined) return folder;
  }
}

/** @throws MgoError if it cannot be written; the signal's reason if it is aborted */
export async function placePage(path: string, html: string, signal?: AbortSignal): Promise<void> {
  await placeOutput(path, [Buffer.from(html)], signal, MODE);
}
