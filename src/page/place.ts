/** Where pages go. */
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { hasCode, MgoError, reasonOf } from "../system/error.ts";
import { placeOutput } from "../system/output.ts";

/** Pages are no executables. */
const MODE = 0o666;

/**
 * That a page can be written, as far as that can be known before: nobody wants to hear it after minutes of measuring.
 *
 * @throws MgoError if it cannot
 */
export async function checkPage(path: string): Promise<void> {
  if (path === "") throw new MgoError("--html needs a file", { status: 2 });
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new MgoError(`cannot write ${path}: it is a folder`);
  try {
    await access(found === undefined ? await nearestFolder(path) : path, constants.W_OK);
  } catch (cause) {
    throw new MgoError(`cannot write ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** The first folder above that exists: those between are made. Throws a system error where a file is in the way. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const found = await stat(folder).catch((error: unknown) => {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    });
    // As a folder, a file is none.
    if (found?.isDirectory() === false) await stat(`${folder}/.`);
    if (found !== undefined) return folder;
  }
}

/** @throws MgoError if it cannot be written; the signal's reason if it is aborted */
export async function placePage(path: string, html: string, signal?: AbortSignal): Promise<void> {
  await placeOutput(path, [Buffer.from(html)], signal, MODE);
}
