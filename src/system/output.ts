/**
 * Puts results in their places. A file is written beside its place and renamed: an interrupted or failed run
 * leaves the old file and nothing else.
 */
import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, mkdir, open, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, MgoError, reasonOf } from "./error.ts";
import { makeScratch, releaseScratch, removeLeftovers, removeScratch } from "./scratch.ts";

/**
 * First bytes, in hex, of files that `go build` takes for its own output and overwrites: archives, ELF,
 * Mach-O, PE, Plan 9, WebAssembly, XCOFF. From objectMagic in cmd/go/internal/work/exec.go.
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
 * Checks that a path may be overwritten, by Go's rule for `-o`: no folder, and no file with contents that is
 * not an object file.
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

/** Mode of new executables before umask, as in Go. */
const EXECUTABLE = 0o777;

/**
 * Puts a file in its place. Makes missing folders, writes into a device or a pipe, and replaces a symbolic
 * link unless it leads to one of these.
 *
 * If no file can be made or renamed beside the old one (the folder is read-only, the file is a mount), the
 * old one is overwritten, as Go does too. An interrupted run then leaves half a file.
 *
 * @param chunks the file's bytes in pieces
 * @param mode of a new file, before umask
 * @throws MgoError if it cannot be written; the signal's reason if it is aborted
 */
export async function placeOutput(
  path: string,
  chunks: readonly Uint8Array[],
  signal?: AbortSignal,
  mode = EXECUTABLE,
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await cleanIn(dirname(path));
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || found.isFile() || found.isDirectory())
      await writeFile(path, chunks, mode, signal);
    else await fillFile(await openSpecial(path, found, signal), chunks, signal);
  } catch (error) {
    if (error instanceof MgoError || signal?.aborted) throw error;
    throw new MgoError(`cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

async function writeFile(
  path: string,
  chunks: readonly Uint8Array[],
  mode: number,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await replaceFile(path, chunks, mode, signal);
  } catch (error) {
    if (!hasCode(error, "EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV")) throw error;
    await fillFile(await open(path, "w", mode), chunks, signal);
  }
}

async function replaceFile(
  path: string,
  chunks: readonly Uint8Array[],
  mode: number,
  signal?: AbortSignal,
): Promise<void> {
  let file: FileHandle | undefined;
  const temporary = await makeScratch(async () => {
    await file?.close();
    const name = join(dirname(path), temporaryName(basename(path)));
    file = await open(name, "wx", mode);
    return name;
  });
  try {
    if (file !== undefined) await fillFile(file, chunks, signal);
    await rename(temporary, path);
    releaseScratch(temporary);
  } catch (error) {
    removeScratch(temporary);
    if (hasCode(error, "EISDIR", "ENOTEMPTY")) await checkOverwrite(path);
    throw error;
  }
}

/** Milliseconds between two attempts to write to a pipe that has no reader, or no space. */
const PAUSE = 10;

/** Opens a device, or a FIFO once it has a reader; a plain open would wait in the kernel, deaf to signals. */
async function openSpecial(path: string, found: Stats, signal?: AbortSignal): Promise<FileHandle> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (!found.isFIFO() || !hasCode(error, "ENXIO")) throw error;
    }
    await sleep(PAUSE);
  }
}

const TEMPORARY = /^\..*\.[0-9a-f]{12}\.mgo-tmp$/s;

/** Removes what killed runs have left in a folder of outputs. */
export async function cleanIn(folder: string): Promise<void> {
  await removeLeftovers(folder, TEMPORARY);
}

/** Cuts long names, so that the result stays below the kernel's 255 bytes. */
function temporaryName(name: string): string {
  const kept = Buffer.from(name)
    .subarray(0, 200)
    .toString("latin1")
    .replaceAll(/[^\w.-]/g, "_");
  return `.${kept}.${randomBytes(6).toString("hex")}.mgo-tmp`;
}

async function fillFile(
  file: FileHandle,
  chunks: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<void> {
  try {
    for (const chunk of chunks) await writeAll(file, chunk, signal);
  } finally {
    await file.close();
  }
}

/** Repeats writes: one to a pipe, or of more than 2 GiB, may take only a part. */
async function writeAll(file: FileHandle, chunk: Uint8Array, signal?: AbortSignal): Promise<void> {
  let offset = 0;
  while (offset < chunk.length) {
    signal?.throwIfAborted();
    try {
      offset += (await file.write(chunk, offset, chunk.length - offset)).bytesWritten;
    } catch (error) {
      if (!hasCode(error, "EAGAIN")) throw error;
      await sleep(PAUSE);
    }
  }
}
