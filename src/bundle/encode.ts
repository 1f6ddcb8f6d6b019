/**
 * Variants → frames, of the base as it is and of the others as they are predicted from it: what a payload
 * stores.
 */
import { availableParallelism } from "node:os";
import { MgoError } from "../error.ts";
import { defaultBase, type Level } from "../level.ts";
import { type Compress, decodeFrame, EFFORT, encodeFrame } from "./codec.ts";
import { CODEC } from "./format.ts";
import { Predictor } from "./predictor.ts";
import { storedReference } from "./reference.ts";
import { sha256, type Variant } from "./variant.ts";

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
}

export interface EncodedVariant {
  readonly level: Level;
  readonly codec: number;
  readonly size: number;
  readonly sha256: Uint8Array;
  /** How many frames come first that hold no bytes of the variant. */
  readonly extraFrameCount: number;
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
  const predictor = await Predictor.of(storedReference(variants[base]?.bytes ?? new Uint8Array()));
  const encoded: EncodedVariant[] = [];
  for (const [index, variant] of variants.entries()) {
    const encode = index === base ? encodePlain : encodePredicted;
    encoded.push(await encode(variant, options, predictor));
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

async function encodePlain(variant: Executable, options: EncodeOptions): Promise<EncodedVariant> {
  const frames = await encodeFrames(variant, variant.bytes, () => NOTHING, options);
  return describe(variant, CODEC.zstd, [], frames);
}

/** Encodes a variant as it differs from what the predictor predicts. */
export async function encodePredicted(
  variant: Executable,
  options: EncodeOptions,
  predictor: Predictor,
): Promise<EncodedVariant> {
  options.signal?.throwIfAborted();
  const plan = predictor.plan(variant.bytes);
  const prediction = predictor.open(plan);
  if (prediction === undefined) throw new Error("a plan that was just made is damaged");
  try {
    const planFrames = await encodeExtra(variant, plan, options);
    const predict = (offset: number, size: number): Uint8Array => prediction.predict(offset, size);
    const frames = await encodeFrames(variant, variant.bytes, predict, options);
    return describe(variant, CODEC.predicted, planFrames, frames);
  } finally {
    prediction.close();
  }
}

/** Encodes bytes that are none of the variant's own. */
export async function encodeExtra(
  variant: Executable,
  bytes: Uint8Array,
  options: EncodeOptions,
): Promise<readonly EncodedFrame[]> {
  const { onProgress: _, ...silent } = options;
  return await encodeFrames(variant, bytes, () => NOTHING, silent);
}

const NOTHING = new Uint8Array();

function describe(
  { level, bytes }: Executable,
  codec: number,
  extra: readonly EncodedFrame[],
  frames: readonly EncodedFrame[],
): EncodedVariant {
  return {
    level,
    codec,
    size: bytes.length,
    sha256: sha256(bytes),
    extraFrameCount: extra.length,
    frames: [...extra, ...frames],
  };
}

/** @param predict gives the dictionary for a range of the bytes */
async function encodeFrames(
  { level }: Executable,
  bytes: Uint8Array,
  predict: (offset: number, size: number) => Uint8Array,
  options: EncodeOptions,
): Promise<readonly EncodedFrame[]> {
  const { frameSize } = EFFORT[options.compress];
  const count = Math.ceil(bytes.length / frameSize);
  const frames = new Array<EncodedFrame>(count);
  let [next, done, stored] = [0, 0, 0];
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      options.signal?.throwIfAborted();
      const offset = index * frameSize;
      const piece = bytes.subarray(offset, offset + frameSize);
      const frame = await encodePiece(piece, predict(offset, piece.length), options.compress);
      frames[index] = frame;
      done += frame.size;
      stored += frame.stored.length;
      options.onProgress?.({ level, done, size: bytes.length, stored });
    }
  };
  const jobs = Math.min(options.jobs ?? availableParallelism(), count);
  await Promise.all(Array.from({ length: jobs }, work));
  return frames;
}

/** Encodes one frame and decodes it again: what cannot be read back must not leave the machine. */
async function encodePiece(
  piece: Uint8Array,
  dictionary: Uint8Array,
  compress: Compress,
): Promise<EncodedFrame> {
  const stored = await encodeFrame(piece, dictionary, compress);
  const decoded = await decodeFrame(stored, dictionary, piece.length);
  if (!Buffer.from(decoded.buffer, decoded.byteOffset, decoded.length).equals(piece)) {
    throw new Error("a frame does not decode to what was encoded");
  }
  return { stored, size: piece.length, checksum: Bun.hash.xxHash64(piece) };
}
