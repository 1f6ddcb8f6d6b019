/**
 * Variants → base frames and differences: what a payload stores.
 */
import { availableParallelism } from "node:os";
import { MgoError } from "../error.ts";
import { defaultBase, type Level } from "../level.ts";
import { type Compress, decodeFrame, encodeFrame, isRawDictionary } from "./codec.ts";
import { CODEC, FRAME_SIZE_MAX } from "./format.ts";
import { sha256, type Variant } from "./variant.ts";

/**
 * How far the reference of a frame reaches beyond the place where its bytes are expected, in bytes. Half and
 * twice as much gave the same size to four digits, with programs of 4 and 11 MB.
 */
const REFERENCE_MARGIN = 512 * 1024;

export type { Compress } from "./codec.ts";

/** What is encoded: an executable's bytes. */
type Executable = Pick<Variant, "level" | "bytes">;

export interface EncodeOptions {
  /** The variant that the others are stored as differences from. Default: `defaultBase`. */
  readonly base?: Level;
  readonly compress: Compress;
  /** How many frames are encoded at once. Default: one for each CPU. Any number gives the same bytes. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EncodeProgress) => void;
}

/** Called after each frame. Sizes in bytes. */
export interface EncodeProgress {
  readonly level: Level;
  /** How much of the variant is encoded. */
  readonly done: number;
  /** The whole variant. */
  readonly size: number;
  /** What the encoded part takes in the bundle. */
  readonly stored: number;
}

/** One frame as the payload stores it; fields as in launcher/format.zig. */
export interface EncodedFrame {
  readonly stored: Uint8Array;
  readonly size: number;
  readonly checksum: bigint;
  readonly referenceOffset: number;
  readonly referenceSize: number;
}

export interface EncodedVariant {
  readonly level: Level;
  readonly codec: number;
  readonly size: number;
  readonly sha256: Uint8Array;
  /** XXH64 of the whole executable; of the variant in place only. */
  readonly checksum?: bigint;
  readonly frames: readonly EncodedFrame[];
}

/**
 * Encodes the variants of one program.
 *
 * @param variants sorted by level
 * @returns them encoded, in the same order, and the index of the base among them
 * @throws MgoError if the base is not among them; the signal's reason if it is aborted
 */
export async function encodeVariants(
  variants: readonly Executable[],
  options: EncodeOptions,
): Promise<{ readonly encoded: readonly EncodedVariant[]; readonly base: number }> {
  const base = baseIndex(variants, options.base);
  const reference = variants[base];
  const encoded: EncodedVariant[] = [];
  for (const [index, variant] of variants.entries()) {
    encoded.push(await encodeVariant(variant, index === base ? undefined : reference, options));
  }
  return { encoded, base };
}

/**
 * Which variant the others are stored as differences from.
 *
 * @throws MgoError if the one that is wanted is not among them
 */
export function baseIndex(variants: readonly Executable[], wanted: Level | undefined): number {
  const levels = variants.map(({ level }) => level);
  const index = levels.findIndex((level) => level === (wanted ?? defaultBase(levels)));
  if (index >= 0) return index;
  throw new MgoError(`the base ${wanted} is not among the variants (${levels.join(", ")})`);
}

async function encodeVariant(
  variant: Executable,
  reference: Executable | undefined,
  options: EncodeOptions,
): Promise<EncodedVariant> {
  const { level, bytes } = variant;
  const count = Math.ceil(bytes.length / FRAME_SIZE_MAX);
  const frames = new Array<EncodedFrame>(count);
  let [next, done, stored] = [0, 0, 0];
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      options.signal?.throwIfAborted();
      const frame = await encodePiece(bytes, index * FRAME_SIZE_MAX, reference?.bytes, options.compress);
      frames[index] = frame;
      done += frame.size;
      stored += frame.stored.length;
      options.onProgress?.({ level, done, size: bytes.length, stored });
    }
  };
  const jobs = Math.min(options.jobs ?? availableParallelism(), count);
  await Promise.all(Array.from({ length: jobs }, work));
  return {
    level,
    codec: reference === undefined ? CODEC.zstd : CODEC.zstd_reference,
    size: bytes.length,
    sha256: sha256(bytes),
    frames,
  };
}

/** Encodes one frame and decodes it again: what cannot be read back must not leave the machine. */
async function encodePiece(
  bytes: Uint8Array,
  offset: number,
  reference: Uint8Array | undefined,
  compress: Compress,
): Promise<EncodedFrame> {
  const frame = bytes.subarray(offset, offset + FRAME_SIZE_MAX);
  const [start, end] =
    reference === undefined ? [0, 0] : referenceRange(offset, frame.length, bytes, reference);
  const dictionary = reference?.subarray(start, end) ?? new Uint8Array();
  const stored = await encodeFrame(frame, dictionary, compress);
  const decoded = await decodeFrame(stored, dictionary, frame.length);
  if (!Buffer.from(decoded.buffer, decoded.byteOffset, decoded.length).equals(frame)) {
    throw new Error(`a frame at ${offset} does not decode to what was encoded`);
  }
  return {
    stored,
    size: frame.length,
    checksum: Bun.hash.xxHash64(frame),
    referenceOffset: start,
    referenceSize: end - start,
  };
}

/**
 * Where in the base to look for what a frame holds. Variants of a program have the same functions in the
 * same order, each a little longer or shorter, so places correspond in proportion.
 */
function referenceRange(
  offset: number,
  length: number,
  bytes: Uint8Array,
  reference: Uint8Array,
): readonly [start: number, end: number] {
  const ratio = reference.length / bytes.length;
  let start = Math.max(0, Math.floor(offset * ratio) - REFERENCE_MARGIN);
  const end = Math.min(reference.length, Math.ceil((offset + length) * ratio) + REFERENCE_MARGIN);
  while (!isRawDictionary(reference.subarray(start, end))) start += 1;
  return [start, end];
}
