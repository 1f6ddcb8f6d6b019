/**
 * The base of the direct layout as a variant: the overwritten bytes of its file are stored as frames, and
 * laid over the bundle's own bytes again (`Codec.in_place` in engine/format/format.zig).
 */
import { CODEC, FRAME_SIZE_MAX, RESTORE } from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import { readStruct, writeStruct } from "../engine/struct.ts";
import type { Level } from "../levels/level.ts";
import type { Range } from "./build-id.ts";
import { type EncodedFrame, type EncodedVariant, NO_CHANGES } from "./encode.ts";
import { type Compress, encodeFrame } from "./frame.ts";
import type { StoredVariant } from "./stored.ts";
import { sha256 } from "./variant.ts";

const RANGE_SIZE_MAX = FRAME_SIZE_MAX - RESTORE.size;

/**
 * Encodes the overwritten bytes of the base.
 *
 * @param overwritten ascending, without overlaps; may reach past the end of the base
 * @param extra the frames that are stored beside the base
 */
export async function encodeBase(
  level: Level,
  bytes: Uint8Array,
  overwritten: readonly Range[],
  extra: readonly EncodedFrame[],
  compress: Compress,
): Promise<EncodedVariant> {
  const frames: EncodedFrame[] = [];
  for (const { offset, size } of overwritten) {
    const end = Math.min(offset + size, bytes.length);
    for (let at = offset; at < end; at += RANGE_SIZE_MAX) {
      const frame = new Uint8Array(RESTORE.size + Math.min(RANGE_SIZE_MAX, end - at));
      writeStruct(RESTORE, frame, 0, { offset: BigInt(at) });
      frame.set(bytes.subarray(at, at + frame.length - RESTORE.size), RESTORE.size);
      frames.push({
        stored: await encodeFrame(frame, new Uint8Array(), compress, false),
        size: frame.length,
        checksum: xxHash64(frame),
      });
    }
  }
  const checksum = xxHash64(bytes);
  return {
    level,
    codec: CODEC.in_place,
    size: bytes.length,
    sha256: sha256(bytes),
    checksum,
    extraFrameCount: extra.length,
    frames: [...extra, ...frames],
    detached: [],
    changes: NO_CHANGES,
  };
}

/**
 * Returns the base's executable, if the bundle's file was not changed since it was made: the caller checks
 * that.
 *
 * @param file the bundle's own bytes
 * @param frames the variant's own, decoded, in their order
 * @returns undefined if the file is shorter than the base was, or a frame lies outside of it
 */
export function restoreBase(
  file: Uint8Array,
  variant: StoredVariant,
  frames: readonly Uint8Array[],
): Uint8Array | undefined {
  if (file.length < variant.size) return undefined;
  const bytes = Uint8Array.from(file.subarray(0, variant.size));
  for (const frame of frames) {
    if (frame.length < RESTORE.size) return undefined;
    const { offset } = readStruct(RESTORE, frame, 0);
    const contents = frame.subarray(RESTORE.size);
    if (offset + BigInt(contents.length) > BigInt(bytes.length)) return undefined;
    bytes.set(contents, Number(offset));
  }
  return bytes;
}
