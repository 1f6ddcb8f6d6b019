/** Variants → frames: the base's as it is, the others' as they are predicted from it. */
import type { ChangeCounts } from "../engine/changes.ts";
import { type Deflate, loadDeflate, remember } from "../engine/deflate.ts";
import { Filters } from "../engine/filter.ts";
import { CODEC, FILTER } from "../engine/format.ts";
import { type BaseFrame, Predictor } from "../engine/predictor.ts";
import {
  type Architecture,
  architectureOf,
  compareLevels,
  defaultBase,
  type Level,
} from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { findChanges } from "./changes.ts";
import { correspond, type Image, readImage } from "./correspondence.ts";
import { type EncodedFrame, encodeFrames, type FrameOptions } from "./encode-frames.ts";
import { EFFORT } from "./frame.ts";
import { type Reference, storedReference } from "./reference.ts";
import { type DetachedRange, type Stream, splitStream } from "./stream.ts";
import { divideByBase, divideStretches, type Piece, stretchesOf } from "./stretches.ts";
import { sha256, type Variant } from "./variant.ts";

export type { EncodedFrame, EncodeProgress } from "./encode-frames.ts";
export type { Compress } from "./frame.ts";

/** The part of a variant that is encoded. */
type Executable = Pick<Variant, "level" | "bytes">;

export interface EncodeOptions extends FrameOptions {
  /** The variant that the others are stored as differences from. Default: `defaultBase`. */
  readonly base?: Level;
}

export interface EncodedVariant {
  readonly level: Level;
  readonly codec: number;
  readonly size: number;
  readonly sha256: Uint8Array;
  /** Number of frames that come first and hold no bytes of the variant. */
  readonly extraFrameCount: number;
  /** XXH64 of the whole executable; only of the variant in place. */
  readonly checksum?: bigint;
  readonly frames: readonly EncodedFrame[];
  readonly detached: readonly DetachedRange[];
  /** Its changes of the base beyond addresses; undefined if they cannot be told. */
  readonly changes: ChangeCounts | undefined;
}

/** A variant that may still be being built. */
export interface Pending<T extends Executable> {
  readonly level: Level;
  /** Rejects if there will be none. */
  readonly variant: Promise<T>;
  /** Resolves to a lower level if that has the same program: then the variant is not stored. */
  readonly repeats?: Promise<Level | undefined>;
}

/** The variants of one program. */
export interface Encoded {
  /** Sorted by level. */
  readonly encoded: readonly EncodedVariant[];
  /** Index of the base among them. */
  readonly base: number;
}

/**
 * Encodes the variants of one program, each compressed by itself or as a difference from one of them.
 *
 * @returns as `encodeAsReady`
 * @throws MgoError if the base is not among them; the signal's reason if it is aborted
 */
export async function encodeVariants(
  variants: readonly Pending<Executable>[],
  options: EncodeOptions,
): Promise<Encoded> {
  return await encodeAsReady(variants, options, async (base, deflate) => {
    const stream = splitStream(base.bytes, deflate);
    const source = await openSource(storedReference(base.bytes, stream), architectureOf(base.level));
    const own = await encodePlain(base, stream, source.reference.image, options);
    return { own, source: { ...source, frames: placeFrames(own.frames, stream.skeletonSize) } };
  });
}

/**
 * Encodes the base as soon as it is ready, and then the others in their order, each as soon as it is ready.
 * Where the base has the program of a lower level, that one becomes the base.
 *
 * @param variants sorted by level
 * @param encodeBase tells how the base is stored, and what the others are predicted from
 * @throws MgoError if the base is not among them; what a variant's promise rejects with
 */
export async function encodeAsReady<T extends Executable>(
  variants: readonly Pending<T>[],
  options: EncodeOptions,
  encodeBase: (
    base: T,
    deflate: Deflate,
  ) => Promise<{ readonly own: EncodedVariant; readonly source: Source }>,
): Promise<Encoded> {
  const base = findBase(variants, options.base);
  const deflate = remember(await loadDeflate());
  const baseExecutable = await base.variant;
  const { own, source } = await encodeBase(baseExecutable, deflate);
  const encoded = [own];
  for (const { level, variant, repeats } of variants) {
    const lower = await repeats;
    if (level === base.level && lower !== undefined) {
      const others = variants.filter((other) => other !== base);
      return await encodeAsReady(others, { ...options, base: lower }, encodeBase);
    }
    if (level === base.level || lower !== undefined) continue;
    const executable = await variant;
    const stream = splitStream(executable.bytes, deflate);
    const changes = await findChanges(baseExecutable.bytes, executable.bytes);
    encoded.push({ ...(await encodePredicted(executable, stream, source, options)), changes });
  }
  encoded.sort((a, b) => compareLevels(a.level, b.level));
  return { encoded, base: encoded.indexOf(own) };
}

/** The variant that the others are stored as differences from. */
function findBase<T extends Executable>(
  variants: readonly Pending<T>[],
  wanted: Level | undefined,
): Pending<T> {
  const levels = variants.map(({ level }) => level);
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
  const pieces = divideStretches(stretchesOf(stream, image), EFFORT[options.compress].frameSize);
  const filters = await Filters.load(architectureOf(variant.level));
  const frames = await encodeFrames(variant.level, stream, { pieces, filters }, options);
  return describe(variant, stream, CODEC.zstd, [], frames);
}

/** A reference in the engine's memory. */
export interface Source {
  readonly predictor: Predictor;
  readonly reference: Reference;
  /** Frames of a stored base: others are predicted frame by frame. */
  readonly frames?: readonly BaseFrame[];
}

/** The places of a stored base's frames. */
export function placeFrames(
  frames: readonly { readonly size: number; readonly filter?: number }[],
  skeletonSize: number,
): readonly BaseFrame[] {
  let end = 0;
  return frames.map(({ size, filter }) => {
    const position = end;
    end += size;
    return { position, size, filterSize: filter === FILTER.code ? skeletonSize : 0 };
  });
}

/** @throws MgoError if the engine is unavailable */
export async function openSource(reference: Reference, architecture: Architecture): Promise<Source> {
  return { predictor: await Predictor.of(reference, architecture), reference };
}

/** A base's changes of itself. */
export const NO_CHANGES: ChangeCounts = {
  runtime: { functions: 0, size: 0 },
  program: { functions: 0, size: 0 },
  dataSize: 0,
};

/** Encodes a variant as it differs from what is predicted. */
async function encodePredicted(
  variant: Executable,
  stream: Stream,
  { predictor, reference, frames }: Source,
  options: EncodeOptions,
): Promise<EncodedVariant> {
  options.signal?.throwIfAborted();
  const correspondence = correspond(reference.image, readImage(variant.bytes, stream));
  const { recipe, prediction } = predictor.prepare(stream.bytes, correspondence, frames);
  try {
    const recipeFrames = await encodeExtra(variant.level, recipe, options);
    const predict = ({ start, end, baseFrame }: Piece): Uint8Array =>
      prediction.predict(start, end - start, baseFrame === undefined ? undefined : frames?.[baseFrame]);
    const positions = frames?.slice(1).map(({ position }) => prediction.variantPosition(position));
    const knowledge =
      positions === undefined ? { predict } : { predict, pieces: divideByBase(stream, positions) };
    const own = await encodeFrames(variant.level, stream, knowledge, options);
    return describe(variant, stream, CODEC.predicted, recipeFrames, own);
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
  level: Level,
  bytes: Uint8Array,
  options: EncodeOptions,
  isDetached = false,
): Promise<readonly EncodedFrame[]> {
  const { onProgress: _, ...silent } = options;
  const stream = { bytes, skeletonSize: isDetached ? 0 : bytes.length };
  const frames = await encodeFrames(level, stream, {}, silent);
  return isDetached ? frames.map((frame) => ({ ...frame, isDetached })) : frames;
}

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
    changes: NO_CHANGES,
  };
}
