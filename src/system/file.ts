/** Reading files that are given by name: variants, bundles, launchers. */
import { open, stat } from "node:fs/promises";
import { MgoError, reasonOf } from "./error.ts";

/** Executables are read whole. Larger ones than this, in bytes, do not fit into one array of every runtime's. */
const SIZE_MAX = 2 ** 32 - 1;

/**
 * A file's bytes. What is no regular file is refused: a pipe may never end, and a device never does.
 *
 * @throws MgoError if it cannot be read
 */
export async function readWhole(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new MgoError(`cannot read ${path}: it is no regular file`);
    if (found.size > SIZE_MAX) throw new MgoError(`cannot read ${path}: it is larger than 4 GiB`);
    return await readAll(path, found.size);
  } catch (error) {
    if (error instanceof MgoError) throw error;
    throw new MgoError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** How much one read may ask for, in bytes: Linux gives 4096 bytes less than 2 GiB at most. */
const READ_MAX = 2 ** 30;

/** Piece by piece: Node reads no file of 2 GiB or more at once. */
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
