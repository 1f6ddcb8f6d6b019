/**
 * Variants → frames, of the base as it is and of the others as they are predicted from it: what a payload
 * stores.
 */
import { availableParallelism } from "node:os";
import { type Deflate, loadDeflate, remember } from "../engine/deflate.ts";
import { Filters, type Stretch, stretchesOf } from "../engine/filter.ts";
import { CODEC, FILTER } from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import { Predictor } from "../engine/predictor.ts";
import { compareLevels, defaultBase, type Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { type Image, readImage, writeRequest } from "./correspondence.ts";
import { attach, type DetachedRange, detach, type Stream } from "./detach.ts";
import { type Compress, decodeFrame, EFFORT, encodeFrame } from "./frame.ts";
import { type Reference, storedReference } from "./reference.ts";
import { sha256, type Variant } from "./variant.ts";

export type { Compress } from "./frame.ts";

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

/** One frame as the payload stores it; fields as in engine/format/format.zig. */
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

/** A variant that may still be being built. */
export interface Coming<T extends Executable> {
  readonly level: Level;
  /** Rejects if there will be none. */
  readonly variant: Promise<T>;
}

/**
 * Encodes the variants of one program, each compressed by itself or as a difference from one of them.
 *
 * @returns as `encodeAsTheyCome`
 * @throws MgoError if the base is not among them; the signal's reason if it is aborted
 */
export async function encodeVariants(
  variants: readonly Coming<Executable>[],
  options: EncodeOptions,
): Promise<Encoded> {
  return await encodeAsTheyCome(variants, options, async (base, deflate) => {
    const stream = takeApart(base, deflate);
    const source = await openSource(storedReference(base.bytes, stream));
    return { own: await encodePlain(base, stream, source.reference.image, options), source };
  });
}

/** The variants of one program. */
export interface Encoded {
  /** Sorted by level. */
  readonly encoded: readonly EncodedVariant[];
  /** Index of the base among them. */
  readonly base: number;
}

/**
 * Encodes the base as soon as it is there, whatever its place, and then the others in the order in which they are
 * given, each as soon as it is there. The order makes no difference to the result.
 *
 * @param encodeBase tells how the base is stored, and what the others are predicted from
 * @throws MgoError if the base is not among them; what a variant's promise rejects with
 */
export async function encodeAsTheyCome<T extends Executable>(
  variants: readonly Coming<T>[],
  options: EncodeOptions,
  encodeBase: (
    base: T,
    deflate: Deflate,
  ) => Promise<{ readonly own: EncodedVariant; readonly source: Source }>,
): Promise<Encoded> {
  const base = findBase(variants, options.base);
  const deflate = remember(await loadDeflate());
  const { own, source } = await encodeBase(await base.variant, deflate);
  const encoded = [own];
  for (const { level, variant } of variants) {
    if (level === base.level) continue;
    const executable = await variant;
    encoded.push(await encodePredicted(executable, takeApart(executable, deflate), source, options));
  }
  encoded.sort((a, b) => compareLevels(a.level, b.level));
  return { encoded, base: encoded.indexOf(own) };
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

/** The variant that the others are stored as differences from. */
function findBase<T extends Executable>(
  variants: readonly Coming<T>[],
  wanted: Level | undefined,
): Coming<T> {
  const levels = variants.map(({ level }) => level).sort(compareLevels);
  const level = wanted ?? defaultBase(levels);
  const found = variants.find((variant) => variant.level === level);
  if (found !== undefined) return found;
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
async function encodePredicted(
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
