/**
 * Variants → frames, of the base as it is and of the others as they are predicted from it: what a payload
 * stores.
 */
import { availableParallelism } from "node:os";
import { MgoError } from "../error.ts";
import { defaultBase, type Level } from "../level.ts";
import { type Compress, decodeFrame, EFFORT, encodeFrame } from "./codec.ts";
import { type Deflate, loadDeflate, remember } from "./deflate.ts";
import { attach, type DetachedRange, detach, type Stream } from "./detach.ts";
import { CODEC } from "./format.ts";
import { type Image, readImage, writeRequest } from "./pairs.ts";
import { Predictor } from "./predictor.ts";
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
  /** How much of the variant's stream is encoded. */
  readonly done: number;
  /** The whole stream. */
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
  /** How many of the frames hold the plan, which come first. */
  readonly planFrameCount: number;
  readonly frames: readonly EncodedFrame[];
  readonly detached: readonly DetachedRange[];
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
  const deflate = remember(await loadDeflate());
  const executable = variants[base];
  if (executable === undefined) throw new Error("no base");
  const stream = takeApart(executable, deflate);
  const image = readImage(executable.bytes, stream);
  const predictor = await Predictor.of(stream.bytes);
  const encoded: EncodedVariant[] = [];
  for (const [index, variant] of variants.entries()) {
    encoded.push(
      index === base
        ? await encodePlain(variant, stream, options)
        : await encodePredicted(variant, takeApart(variant, deflate), { predictor, image }, options),
    );
  }
  return { encoded, base };
}

/** Detaches, and attaches again: what cannot be put together must not leave the machine. */
function takeApart({ bytes }: Executable, deflate: Deflate): Stream {
  const stream = detach(bytes, deflate);
  const again = attach(stream, deflate);
  if (again === undefined || Buffer.compare(again, bytes) !== 0) {
    throw new Error("a variant's stream does not give back its file");
  }
  return stream;
}

function baseIndex(variants: readonly Executable[], wanted: Level | undefined): number {
  const levels = variants.map(({ level }) => level);
  const index = levels.findIndex((level) => level === (wanted ?? defaultBase(levels)));
  if (index >= 0) return index;
  throw new MgoError(`the base ${wanted} is not among the variants (${levels.join(", ")})`);
}

async function encodePlain(
  variant: Executable,
  stream: Stream,
  options: EncodeOptions,
): Promise<EncodedVariant> {
  const frames = await encodeFrames(variant, stream, () => NOTHING, options);
  return describe(variant, stream, CODEC.zstd, [], frames);
}

/** What variants are predicted from. */
interface Base {
  readonly predictor: Predictor;
  readonly image: Image;
}

async function encodePredicted(
  variant: Executable,
  stream: Stream,
  { predictor, image }: Base,
  options: EncodeOptions,
): Promise<EncodedVariant> {
  options.signal?.throwIfAborted();
  const plan = predictor.plan(stream.bytes, writeRequest(image, readImage(variant.bytes, stream)));
  const prediction = predictor.open(plan);
  if (prediction === undefined) throw new Error("a plan that was just made is damaged");
  try {
    const { onProgress: _, ...silent } = options;
    const planStream = { bytes: plan, skeletonSize: plan.length };
    const planFrames = await encodeFrames(variant, planStream, () => NOTHING, silent);
    const predict = (offset: number, size: number): Uint8Array => prediction.predict(offset, size);
    const frames = await encodeFrames(variant, stream, predict, options);
    return describe(variant, stream, CODEC.predicted, planFrames, frames);
  } finally {
    prediction.close();
  }
}

const NOTHING = new Uint8Array();

function describe(
  { level, bytes }: Executable,
  { detached }: Stream,
  codec: number,
  planFrames: readonly EncodedFrame[],
  frames: readonly EncodedFrame[],
): EncodedVariant {
  return {
    level,
    codec,
    size: bytes.length,
    sha256: sha256(bytes),
    planFrameCount: planFrames.length,
    frames: [...planFrames, ...frames],
    detached,
  };
}

/** @param predict gives the dictionary for a range of the bytes */
async function encodeFrames(
  { level }: Executable,
  { bytes, skeletonSize }: Pick<Stream, "bytes" | "skeletonSize">,
  predict: (offset: number, size: number) => Uint8Array,
  options: EncodeOptions,
): Promise<readonly EncodedFrame[]> {
  const { frameSize } = EFFORT[options.compress];
  // No frame has bytes of both: a start does not decode what is behind the skeleton.
  const offsets = [...steps(0, skeletonSize, frameSize), ...steps(skeletonSize, bytes.length, frameSize)];
  const count = offsets.length;
  const frames = new Array<EncodedFrame>(count);
  let [next, done, stored] = [0, 0, 0];
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      options.signal?.throwIfAborted();
      const offset = offsets[index] ?? 0;
      const piece = bytes.subarray(offset, offsets[index + 1] ?? bytes.length);
      const dictionary = predict(offset, piece.length);
      const frame = await encodePiece(piece, dictionary, options.compress, offset >= skeletonSize);
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

/** Numbers from `start` on, `step` apart, below `end`. */
function steps(start: number, end: number, step: number): readonly number[] {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, index) => start + index * step);
}

/** Encodes one frame and decodes it again: what cannot be read back must not leave the machine. */
async function encodePiece(
  piece: Uint8Array,
  dictionary: Uint8Array,
  compress: Compress,
  isDetached: boolean,
): Promise<EncodedFrame> {
  const stored = await encodeFrame(piece, dictionary, compress, isDetached);
  const decoded = await decodeFrame(stored, dictionary, piece.length);
  if (!Buffer.from(decoded.buffer, decoded.byteOffset, decoded.length).equals(piece)) {
    throw new Error("a frame does not decode to what was encoded");
  }
  return { stored, size: piece.length, checksum: Bun.hash.xxHash64(piece) };
}
