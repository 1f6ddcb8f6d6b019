/** Reading files that are given by name: variants, bundles, launchers. */
import { stat } from "node:fs/promises";
import { MgoError, reasonOf } from "./error.ts";

/** Executables are read whole. Larger ones than this, in bytes, do not fit into one array of Bun's. */
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
    return await Bun.file(path).bytes();
  } catch (error) {
    if (error instanceof MgoError) throw error;
    throw new MgoError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}
