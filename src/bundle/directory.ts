/** Writes the payload with its directory: header and the tables of variants, frames and detached ranges. */
import {
  ARCHITECTURE,
  CODEC,
  DETACHED,
  FILTER,
  FLAG,
  FRAME,
  HEADER,
  LAYOUT,
  MAGIC,
  START_POLICY,
  VARIANT,
  VERSION,
} from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import { type Struct, type Values, writeStruct } from "../engine/struct.ts";
import { architectureOf, levelNumber } from "../levels/level.ts";
import type { EncodedFrame, EncodedVariant } from "./encode.ts";
import type { Directory } from "./stored.ts";
import type { DetachedRange } from "./stream.ts";

/** Fields of the header that only a direct bundle has. */
export type DirectFields = Pick<Directory, "address" | "entry" | "startPolicy">;

/** Fields of the header that every bundle has. */
export type Facts = Pick<Directory, "imageChecksum" | "origin" | "asksForOwnFile">;

/**
 * Writes a payload.
 *
 * @param base index of the variant that the others refer to
 * @param facts the checksum is of what the bundle loads beside the payload: see src/bundle/image.ts
 * @param direct for the direct layout; without it the layout is packed
 * @returns the payload in pieces
 */
export function writePayload(
  variants: readonly EncodedVariant[],
  base: number,
  { imageChecksum, origin, asksForOwnFile }: Facts,
  direct?: DirectFields,
): readonly Uint8Array[] {
  const [first] = variants;
  if (first === undefined) throw new Error("a payload without variants");
  const frames = variants.flatMap((variant) => variant.frames);
  const detached = variants.flatMap((variant) => variant.detached);
  const size =
    HEADER.size +
    variants.length * VARIANT.size +
    frames.length * FRAME.size +
    detached.length * DETACHED.size;
  const stored = frames.reduce((sum, frame) => sum + frame.stored.length, 0);
  const directory = new Uint8Array(size);
  let offset = HEADER.size;
  const write = <S extends Struct>(struct: S, values: Fields<S>): void => {
    writeStruct(struct, directory, offset, values);
    offset += struct.size;
  };
  for (const fields of variantFields(variants, base)) write(VARIANT, fields);
  for (const fields of frameFields(frames, size)) write(FRAME, fields);
  for (const range of detached) write(DETACHED, detachedFields(range));
  writeStruct(HEADER, directory, 0, {
    magic: Uint8Array.from(MAGIC),
    version: VERSION,
    layout: direct === undefined ? LAYOUT.packed : LAYOUT.direct,
    variant_count: variants.length,
    frame_count: frames.length,
    payload_size: BigInt(size + stored),
    image_checksum: imageChecksum,
    detached_count: detached.length,
    address: direct?.address ?? 0n,
    entry: direct?.entry ?? 0n,
    start_policy: START_POLICY[direct?.startPolicy ?? "best"],
    origin: origin ? 1 : 0,
    architecture: ARCHITECTURE[architectureOf(first.level)],
    flags: asksForOwnFile ? FLAG.own_file : 0,
  });
  writeStruct(HEADER, directory, 0, { directory_checksum: checksum(directory) });
  return [directory, ...frames.map((frame) => frame.stored)];
}

/**
 * The directory of a payload as it is before the image's checksum is known: it tells bundles apart.
 *
 * @param size of the directory, in bytes
 */
export function withoutImageChecksum(payload: Uint8Array, size: number): Uint8Array {
  const directory = Uint8Array.from(payload.subarray(0, size));
  writeStruct(HEADER, directory, 0, { image_checksum: 0n });
  writeStruct(HEADER, directory, 0, { directory_checksum: checksum(directory) });
  return directory;
}

type Fields<S extends Struct> = Partial<Values<S>>;

function variantFields(variants: readonly EncodedVariant[], base: number): readonly Fields<typeof VARIANT>[] {
  let first = 0;
  return variants.map((variant, index) => {
    const frame_first = first;
    first += variant.frames.length;
    return {
      level: levelNumber(variant.level),
      codec: variant.codec,
      base: variant.codec === CODEC.predicted ? base : index,
      size: BigInt(variant.size),
      frame_first,
      frame_count: variant.frames.length,
      sha256: variant.sha256,
      detached_count: variant.detached.length,
      extra_frame_count: variant.extraFrameCount,
      checksum: variant.checksum ?? 0n,
      ...changeFields(variant),
    };
  });
}

function changeFields({ changes }: EncodedVariant): Fields<typeof VARIANT> {
  if (changes === undefined) return {};
  return {
    changes_runtime_functions: changes.runtime.functions,
    changes_runtime_size: changes.runtime.size,
    changes_program_functions: changes.program.functions,
    changes_program_size: changes.program.size,
    changes_data_size: changes.dataSize,
    changes_is_known: 1,
  };
}

/** @param start where the first frame is stored, in bytes from the start of the payload */
function frameFields(frames: readonly EncodedFrame[], start: number): readonly Fields<typeof FRAME>[] {
  let offset = start;
  return frames.map(({ stored, size, checksum, filter = FILTER.none, isDetached = false, baseFrame }) => {
    const stored_offset = BigInt(offset);
    offset += stored.length;
    return {
      stored_offset,
      stored_size: stored.length,
      size,
      stored_checksum: xxHash64(stored),
      checksum,
      filter,
      detached: isDetached ? 1 : 0,
      base_frame: baseFrame === undefined ? 0 : baseFrame + 1,
    };
  });
}

function detachedFields({ offset, size, streamSize }: DetachedRange): Fields<typeof DETACHED> {
  return { offset: BigInt(offset), size: BigInt(size), stream_size: BigInt(streamSize) };
}

/** XXH64 of the header up to its checksum, and of the tables. */
function checksum(directory: Uint8Array): bigint {
  const end = HEADER.fields.directory_checksum.offset;
  return xxHash64(Buffer.concat([directory.subarray(0, end), directory.subarray(HEADER.size)]));
}
