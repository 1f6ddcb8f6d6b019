/**
 * Where results land: files are written beside their place and renamed, so that an interrupted or failed
 * run leaves the old file and nothing else.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode, MgoError, reasonOf } from "./error.ts";

/**
 * First bytes of what `go build` takes for a former output of its own and overwrites: archives, ELF, Mach-O,
 * PE, Plan 9, WebAssembly, XCOFF. The list is that of cmd/go/internal/work/exec.go (objectMagic), in hex.
 */
const OBJECT_MAGIC = [
  "213c617263683e0a",
  "3c62696761663e0a",
  "7f454c46",
  "feedface",
  "feedfacf",
  "cefaedfe",
  "cffaedfe",
  "4d5a90000300",
  "4d5a78000100",
  "000001eb",
  "00008a97",
  "00000647",
  "0061736d",
  "01df",
  "01f7",
] as const;

/**
 * Go's rule of what `-o` may overwrite: not a folder, and no file that has contents and is no object file.
 *
 * @throws MgoError in Go's words
 */
export async function checkOverwrite(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const quoted = JSON.stringify(path);
  if (found.isDirectory()) {
    throw new MgoError(`build output ${quoted} already exists and is a directory`);
  }
  if (found.isFile() && found.size > 0 && !(await isObject(path))) {
    throw new MgoError(`build output ${quoted} already exists and is not an object file`, {
      hint: "remove it or name another file with -o",
    });
  }
}

async function isObject(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const start = buffer.subarray(0, bytesRead).toString("hex");
    return OBJECT_MAGIC.some((magic) => start.startsWith(magic));
  } finally {
    await file.close();
  }
}

/**
 * Puts an executable in its place, with mode 0777 less the umask as Go does. A missing folder is made; a
 * symbolic link is replaced, not followed; what is no regular file (a device, a pipe) is written into.
 *
 * @param chunks the file's bytes in pieces
 * @throws MgoError if it cannot be written; the old file is then untouched
 */
export async function placeOutput(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined || found.isFile() || found.isSymbolicLink()) await replaceFile(path, chunks);
    else await fillFile(await open(path, constants.O_WRONLY), chunks);
  } catch (error) {
    if (error instanceof MgoError) throw error;
    throw new MgoError(`cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

async function replaceFile(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  try {
    await fillFile(await open(temporary, "wx", 0o777), chunks);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (hasCode(error, "EISDIR", "ENOTEMPTY")) await checkOverwrite(path);
    throw error;
  }
}

/** Names of files end at 255 bytes: a long one is cut so that what is added still fits. */
function temporaryName(name: string): string {
  const kept = Buffer.from(name)
    .subarray(0, 200)
    .toString("latin1")
    .replaceAll(/[^\w.-]/g, "_");
  return `.${kept}.${randomBytes(6).toString("hex")}.mgo-tmp`;
}

async function fillFile(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  try {
    for (const chunk of chunks) await writeAll(file, chunk);
  } finally {
    await file.close();
  }
}

/** One write may take less than it was given: to a pipe, or past 2 GiB. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < chunk.length) {
    const { bytesWritten } = await file.write(chunk, offset, chunk.length - offset);
    offset += bytesWritten;
  }
}
