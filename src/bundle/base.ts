/**
 * The base of the direct layout as a variant: what of its file was overwritten is stored as frames, and laid over
 * the bundle's own bytes again (`Codec.in_place` in launcher/format.zig).
 */
import type { Level } from "../level.ts";
import { type Compress, encodeFrame } from "./codec.ts";
import type { StoredVariant } from "./directory.ts";
import type { EncodedFrame, EncodedVariant } from "./encode.ts";
import { CODEC, FRAME_SIZE_MAX } from "./format.ts";
import { sha256 } from "./variant.ts";

/**
 * Encodes what of the base is overwritten.
 *
 * @param overwritten ascending, without overlaps; may reach past the end of the base
 */
export async function encodeBase(
  level: Level,
  bytes: Uint8Array,
  overwritten: readonly { readonly offset: number; readonly size: number }[],
  compress: Compress,
): Promise<EncodedVariant> {
  const frames: EncodedFrame[] = [];
  for (const { offset, size } of overwritten) {
    for (let at = offset; at < Math.min(offset + size, bytes.length); at += FRAME_SIZE_MAX) {
      const frame = bytes.subarray(at, Math.min(at + FRAME_SIZE_MAX, offset + size));
      frames.push({
        stored: await encodeFrame(frame, new Uint8Array(), compress),
        size: frame.length,
        checksum: Bun.hash.xxHash64(frame),
        referenceOffset: at,
        referenceSize: 0,
      });
    }
  }
  const checksum = Bun.hash.xxHash64(bytes);
  return { level, codec: CODEC.in_place, size: bytes.length, sha256: sha256(bytes), checksum, frames };
}

/**
 * The base's executable, if the bundle's file was not changed since it was made: whoever calls checks that.
 *
 * @param file the bundle's own bytes
 * @param frames the variant's, decoded, in their order
 * @returns undefined if the file is shorter than the base was
 */
export function restoreBase(
  file: Uint8Array,
  variant: StoredVariant,
  frames: readonly Uint8Array[],
): Uint8Array | undefined {
  if (file.length < variant.size) return undefined;
  const bytes = Uint8Array.from(file.subarray(0, variant.size));
  for (const [index, frame] of frames.entries()) {
    bytes.set(frame, variant.frames[index]?.referenceOffset ?? 0);
  }
  return bytes;
}
