/** Reads files that are named on the command line: variants, bundles, launchers. */
import { open, stat } from "node:fs/promises";
import { MgoError, reasonOf } from "./error.ts";

/** Bytes of the largest file that is read: more do not fit into one array in every runtime. */
const SIZE_MAX = 2 ** 32 - 1;

/**
 * Bytes asked for in one read: Linux returns 2 GiB less 4096 bytes at most, and Node refuses to ask for more.
 */
const READ_MAX = 2 ** 30;

/**
 * Reads a whole file. Only regular files are read: a pipe may never end, and a device never does.
 *
 * @throws MgoError if it cannot be read
 */
export async function readWhole(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new MgoError(`cannot read ${path}: not a regular file`);
    if (found.size > SIZE_MAX) throw new MgoError(`cannot read ${path}: larger than 4 GiB`);
    return await readAll(path, found.size);
  } catch (error) {
    if (error instanceof MgoError) throw error;
    throw new MgoError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

async function readAll(path: string, size: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array(size);
    let offset = 0;
    while (offset < size) {
      const { bytesRead } = await file.read(bytes, offset, Math.min(READ_MAX, size - offset), offset);
      if (bytesRead === 0) break;
      offset += bytesRead;
    }
    return bytes.subarray(0, offset);
  } finally {
    await file.close();
  }
}
