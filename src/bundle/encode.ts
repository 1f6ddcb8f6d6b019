/**
 * Variants → frames, of the base as it is and of the others as they are predicted from it: what a payload
 * stores.
 */

import { availableParallelism } from "node:os";
import { MgoError } from "../error.ts";
import { xxHash64 } from "../hash.ts";
import { defaultBase, type Level } from "../level.ts";
import { type Compress, decodeFrame, EFFORT, encodeFrame } from "./codec.ts";
import { type Deflate, loadDeflate, remember } from "./deflate.ts";
import { attach, type DetachedRange, detach, type Stream } from "./detach.ts";
import { Filters, type Stretch, stretchesOf } from "./filter.ts";
import { CODEC, FILTER } from "./format.ts";
import { type Image, readImage, writeRequest } from "./pairs.ts";
import { Predictor } from "./predictor.ts";
import { type Reference, storedReference } from "./reference.ts";
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
  /** One of FILTER. */
  readonly filter?: number;
  /** Whether it serves to predict detached ranges only. */
  readonly isDetached?: boolean;
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
  const executable = variants[base];
  if (executable === undefined) throw new Error("no base");
  const deflate = await loadDeflater();
  const stream = takeApart(executable, deflate);
  const source = await openSource(storedReference(executable.bytes, stream));
  const encoded: EncodedVariant[] = [];
  for (const [index, variant] of variants.entries()) {
    encoded.push(
      index === base
        ? await encodePlain(variant, stream, source.reference.image, options)
        : await encodePredicted(variant, takeApart(variant, deflate), source, options),
    );
  }
  return { encoded, base };
}

/** Deflates as Go's linker does; what it has once made it knows. */
export async function loadDeflater(): Promise<Deflate> {
  return remember(await loadDeflate());
}

/** Detaches, and attaches again: what cannot be put together must not leave the machine. */
export function takeApart({ bytes }: Executable, deflate: Deflate): Stream {
  const stream = detach(bytes, deflate);
  const again = attach(stream, deflate);
  if (again === undefined || Buffer.compare(again, bytes) !== 0) {
    throw new Error("a variant's stream does not give back its file");
  }
  return stream;
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

async function encodePlain(
  variant: Executable,
  stream: Stream,
  image: Image,
  options: EncodeOptions,
): Promise<EncodedVariant> {
  const stretches = stretchesOf(stream, image);
  const filters = await Filters.load();
  const frames = await encodeFrames(variant, stream, { stretches, filters }, options);
  return describe(variant, stream, CODEC.zstd, [], frames);
}

/** What variants are predicted from, and by what. */
export interface Source {
  readonly predictor: Predictor;
  readonly reference: Reference;
}

/** @throws MgoError if the codec cannot be had */
export async function openSource(reference: Reference): Promise<Source> {
  return { predictor: await Predictor.of(reference), reference };
}

/** Encodes a variant as it differs from what is predicted. */
export async function encodePredicted(
  variant: Executable,
  stream: Stream,
  { predictor, reference }: Source,
  options: EncodeOptions,
): Promise<EncodedVariant> {
  options.signal?.throwIfAborted();
  const request = writeRequest(reference.image, readImage(variant.bytes, stream));
  const { plan, prediction } = predictor.plan(stream.bytes, request);
  try {
    const planFrames = await encodeExtra(variant, plan, options);
    const predict = (offset: number, size: number): Uint8Array => prediction.predict(offset, size);
    const frames = await encodeFrames(variant, stream, { predict }, options);
    return describe(variant, stream, CODEC.predicted, planFrames, frames);
  } finally {
    prediction.close();
  }
}

/**
 * Encodes bytes that are none of the variant's own.
 *
 * @param isDetached whether they serve to predict detached ranges only
 */
export async function encodeExtra(
  variant: Executable,
  bytes: Uint8Array,
  options: EncodeOptions,
  isDetached = false,
): Promise<readonly EncodedFrame[]> {
  const { onProgress: _, ...silent } = options;
  const stream = { bytes, skeletonSize: isDetached ? 0 : bytes.length };
  const frames = await encodeFrames(variant, stream, {}, silent);
  return isDetached ? frames.map((frame) => ({ ...frame, isDetached })) : frames;
}

const NOTHING = new Uint8Array();

function describe(
  { level, bytes }: Executable,
  { detached }: Stream,
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
    detached,
  };
}

/** What is known about a stream beside what it is. */
interface Knowledge {
  /** Gives the dictionary for a range of it. */
  readonly predict?: (offset: number, size: number) => Uint8Array;
  readonly stretches?: readonly Stretch[];
  /** Needed where a stretch has one. */
  readonly filters?: Filters;
}

async function encodeFrames(
  { level }: Executable,
  stream: Pick<Stream, "bytes" | "skeletonSize">,
  { predict, stretches, filters }: Knowledge,
  options: EncodeOptions,
): Promise<readonly EncodedFrame[]> {
  const { bytes, skeletonSize } = stream;
  const { frameSize } = EFFORT[options.compress];
  const pieces = divide(stretches ?? stretchesOf(stream), frameSize);
  const frames = new Array<EncodedFrame>(pieces.length);
  let [next, done, stored] = [0, 0, 0];
  const encode = async ({ start, end, filter }: Stretch): Promise<EncodedFrame> => {
    const piece = bytes.subarray(start, end);
    const filtered = filters?.apply(filter, piece, start, skeletonSize) ?? piece;
    if (filters !== undefined) expectEqual(filters.remove(filter, filtered, start, skeletonSize), piece);
    const dictionary = predict?.(start, piece.length) ?? NOTHING;
    const encoded = await encodePiece(filtered, dictionary, options.compress, start >= skeletonSize);
    const checksum = xxHash64(piece);
    return { stored: encoded, size: piece.length, checksum, filter: FILTER[filter] };
  };
  const work = async (): Promise<void> => {
    for (let index = next++; index < pieces.length; index = next++) {
      options.signal?.throwIfAborted();
      const frame = await encode(pieces[index] ?? fail());
      frames[index] = frame;
      done += frame.size;
      stored += frame.stored.length;
      options.onProgress?.({ level, done, size: bytes.length, stored });
    }
  };
  const jobs = Math.min(options.jobs ?? availableParallelism(), pieces.length);
  await Promise.all(Array.from({ length: jobs }, work));
  return frames;
}

function fail(): never {
  throw new Error("no such piece");
}

/** Frames lie within a stretch each. */
function divide(stretches: readonly Stretch[], frameSize: number): readonly Stretch[] {
  return stretches.flatMap(({ start, end, filter }) =>
    Array.from({ length: Math.ceil((end - start) / frameSize) }, (_, index) => ({
      start: start + index * frameSize,
      end: Math.min(start + (index + 1) * frameSize, end),
      filter,
    })),
  );
}

/** Encodes one frame and decodes it again: what cannot be read back must not leave the machine. */
async function encodePiece(
  piece: Uint8Array,
  dictionary: Uint8Array,
  compress: Compress,
  isDetached: boolean,
): Promise<Uint8Array> {
  const stored = await encodeFrame(piece, dictionary, compress, isDetached);
  expectEqual(await decodeFrame(stored, dictionary, piece.length), piece);
  return stored;
}

function expectEqual(found: Uint8Array, wanted: Uint8Array): void {
  if (Buffer.from(found.buffer, found.byteOffset, found.length).equals(wanted)) return;
  throw new Error("a frame does not decode to what was encoded");
}
