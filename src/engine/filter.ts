/**
 * Filters of frames: engine/filter/filter.zig, which is part of the codec.
 */

import { type Image, ROLE } from "../bundle/correspondence.ts";
import type { Stream } from "../bundle/detach.ts";
import type { FILTER } from "./format.ts";
import { type Memory, Piece, sharedCodec } from "./module.ts";

export type Filter = keyof typeof FILTER;

interface Exports extends Memory {
  filterCode(bytes: number, size: number, position: bigint, fileSize: bigint, forward: boolean): void;
}

/** Smaller pieces of code are not worth frames of their own. */
const CODE_SIZE_MIN = 64 * 1024;

/** A range of a stream whose frames have one filter; offsets in bytes. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly filter: Filter;
}

/**
 * Divides a stream into stretches, one behind the other. One ends where the skeleton ends.
 *
 * @param image without it, there is no code
 */
export function stretchesOf(
  { bytes, skeletonSize }: Pick<Stream, "bytes" | "skeletonSize">,
  image?: Image,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let end = 0;
  const add = (to: number, filter: Filter): void => {
    if (to > end) stretches.push({ start: end, end: to, filter });
    end = Math.max(end, to);
  };
  const parts = image?.parts.toSorted((a, b) => a.offset - b.offset) ?? [];
  for (const { role, offset, size } of parts) {
    if (role !== ROLE.code || size < CODE_SIZE_MIN || offset < end) continue;
    add(offset, "none");
    add(offset + size, "code");
  }
  add(skeletonSize, "none");
  add(bytes.length, "none");
  return stretches;
}

/** Applies filters, and takes them off. */
export class Filters {
  readonly #codec: Exports;

  private constructor(codec: Exports) {
    this.#codec = codec;
  }

  /** @throws MgoError if the codec cannot be had */
  static async load(): Promise<Filters> {
    return new Filters(await sharedCodec<Exports>());
  }

  /**
   * @param bytes of a frame
   * @param offset of the frame in its stream
   * @param size of the skeleton, in bytes
   * @returns other bytes, as many
   */
  apply(filter: Filter, bytes: Uint8Array, offset: number, size: number): Uint8Array {
    return this.#run(filter, bytes, offset, size, true);
  }

  /** The reverse of `apply`. */
  remove(filter: Filter, bytes: Uint8Array, offset: number, size: number): Uint8Array {
    return this.#run(filter, bytes, offset, size, false);
  }

  #run(filter: Filter, bytes: Uint8Array, offset: number, size: number, forward: boolean): Uint8Array {
    if (filter === "none") return bytes;
    const piece = new Piece(this.#codec, bytes);
    this.#codec.filterCode(piece.address, piece.size, BigInt(offset), BigInt(size), forward);
    const result = piece.read();
    piece.release();
    return result;
  }
}
