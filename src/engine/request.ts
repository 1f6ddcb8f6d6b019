/** The request that the engine makes a recipe of (`Request` in engine/format/wire.zig). */
import { ARCHITECTURE } from "./format.ts";
import { writeStruct } from "./struct.ts";
import { PAIR, REQUEST } from "./wire.ts";

/** A section's place in one executable. */
export interface Span {
  /** Relative to the image. */
  readonly address: number;
  /** In the stream, or in what is given of the base, in bytes. */
  readonly offset: number;
  /** In bytes. */
  readonly size: number;
}

/** A section that both executables have. */
export interface Pair {
  /** One of ROLE. */
  readonly role: number;
  readonly base: Span;
  readonly variant: Span;
}

/** The place in memory of an executable. */
export interface Placement {
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
}

/** Which parts of two executables correspond; the pairs ascend in both. */
export interface Correspondence {
  readonly base: Placement;
  readonly variant: Placement;
  readonly pairs: readonly Pair[];
}

/** @param starts where the base's frames start, in bytes, in ascending order */
export function writeRequest(
  { base, variant, pairs }: Correspondence,
  starts: readonly number[],
  architecture: keyof typeof ARCHITECTURE,
): Uint8Array {
  const startsOffset = REQUEST.size + pairs.length * PAIR.size;
  const bytes = new Uint8Array(startsOffset + starts.length * Uint32Array.BYTES_PER_ELEMENT);
  writeStruct(REQUEST, bytes, 0, {
    base_image: base.address,
    variant_image: variant.address,
    base_image_size: base.size,
    variant_image_size: variant.size,
    pair_count: pairs.length,
    frame_count: starts.length,
    architecture: ARCHITECTURE[architecture],
  });
  for (const [index, pair] of pairs.entries()) {
    writeStruct(PAIR, bytes, REQUEST.size + index * PAIR.size, {
      role: pair.role,
      base_address: pair.base.address,
      base_offset: pair.base.offset,
      base_size: pair.base.size,
      variant_address: pair.variant.address,
      variant_offset: pair.variant.offset,
      variant_size: pair.variant.size,
    });
  }
  const view = new DataView(bytes.buffer, startsOffset);
  for (const [index, start] of starts.entries()) view.setUint32(index * 4, start, true);
  return bytes;
}
