/** Bundle → variants. */
import { loadDeflate } from "../engine/deflate.ts";
import { Filters } from "../engine/filter.ts";
import { FILTER, RECIPE } from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import { Patches } from "../engine/patches.ts";
import { type BaseFrame, type Prediction, Predictor } from "../engine/predictor.ts";
import { readStruct } from "../engine/struct.ts";
import { MgoError, reasonOf } from "../system/error.ts";
import { formatSize } from "../system/figures.ts";
import { restoreBase } from "./base.ts";
import { PT_LOAD } from "./elf.ts";
import { placeFrames } from "./encode.ts";
import { decodeFrame } from "./frame.ts";
import type { Bundle } from "./read.ts";
import { readInPlace } from "./reference.ts";
import type { StoredFrame, StoredVariant } from "./stored.ts";
import { joinStream } from "./stream.ts";
import { sha256 } from "./variant.ts";

const NOTHING = new Uint8Array();

/**
 * Decodes one variant and checks every byte of it.
 *
 * @returns the executable, byte for byte as `go build` made it
 * @throws MgoError if any of it is damaged; the signal's reason if it is aborted
 */
export async function decodeVariant(
  bundle: Bundle,
  variant: StoredVariant,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (variant.codec === "in_place") {
    const bytes = await findBase(bundle, variant, signal);
    if (bytes !== undefined) return bytes;
    throw new MgoError(`${bundle.name} was changed since mgo made it: its base ${variant.level} is lost`, {
      hint: "strip, patchelf and their like change the base; the bundle still has its other variants",
    });
  }
  const base = baseOf(bundle, variant);
  const reference = base && (await readBase(bundle, base, signal));
  return await decodeWith(bundle, variant, reference, signal);
}

/** The executable of the variant in place; undefined if the bundle's file was changed. */
export async function findBase(
  bundle: Bundle,
  variant: StoredVariant,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const frames: Uint8Array[] = [];
  for (const frame of variant.contentFrames) {
    signal?.throwIfAborted();
    frames.push(await decode(bundle, variant, frame, undefined, 0));
  }
  const bytes = restoreBase(bundle.elf.bytes, variant, frames);
  return bytes !== undefined && isWhole(bytes, variant) ? bytes : undefined;
}

function isWhole(bytes: Uint8Array, variant: StoredVariant): boolean {
  return Buffer.compare(sha256(bytes), variant.sha256) === 0;
}

/** The variant that this one refers to; undefined for one that refers to none. */
export function baseOf(bundle: Bundle, variant: StoredVariant): StoredVariant | undefined {
  const base = bundle.directory.variants[variant.base];
  return base === variant ? undefined : base;
}

/** The bytes that others are predicted from: a base's stream, or what is stored beside one in place. */
export interface Base {
  readonly inPlace: boolean;
  readonly bytes: Uint8Array;
  /** Frames of a stream. */
  readonly frames: readonly BaseFrame[];
  /** By the size of its image: variants that are whole agree in that. */
  readonly predictors: Map<number, Predictor>;
}

export async function readBase(bundle: Bundle, base: StoredVariant, signal?: AbortSignal): Promise<Base> {
  const inPlace = base.codec === "in_place";
  const stored = inPlace ? base.extraFrames : base.contentFrames;
  const bytes = await decodeFrames(bundle, base, stored, undefined, signal);
  const frames = inPlace ? [] : placeFrames(stored, base.skeletonSize);
  return { inPlace, bytes, frames, predictors: new Map() };
}

/** @param base of a variant that has one */
export async function decodeWith(
  bundle: Bundle,
  variant: StoredVariant,
  base: Base | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { skeletonSize, detached } = variant;
  const prediction = base && (await readRecipe(bundle, variant, base, signal));
  try {
    const predict: Predict | undefined =
      prediction &&
      (({ size, baseFrame }, offset) =>
        prediction.predict(offset, size, baseFrame === undefined ? undefined : base?.frames[baseFrame]));
    const stream = await decodeFrames(bundle, variant, variant.contentFrames, predict, signal);
    const bytes = joinStream({ bytes: stream, skeletonSize, detached }, await loadDeflate());
    if (bytes === undefined) throw damaged(bundle, variant, "its debug data do not deflate to their size");
    if (isWhole(bytes, variant)) return bytes;
    throw damaged(bundle, variant, "its SHA-256 is wrong");
  } finally {
    prediction?.close();
  }
}

async function readRecipe(
  bundle: Bundle,
  variant: StoredVariant,
  base: Base,
  signal: AbortSignal | undefined,
): Promise<Prediction> {
  const recipe = await decodeFrames(bundle, variant, variant.extraFrames, undefined, signal);
  if (recipe.length < RECIPE.size) throw damaged(bundle, variant, "its recipe is cut short");
  const { base_image: start, base_image_size } = readStruct(RECIPE, recipe, 0);
  const image = { start, size: base.inPlace ? base_image_size : 0 };
  if (base.inPlace && !reaches(bundle, start + BigInt(image.size))) {
    throw damaged(bundle, variant, "its recipe has a larger base than there is");
  }
  const prediction = await predictorOf(bundle, base, image)
    .then((predictor) => predictor.open(recipe))
    .catch((error: unknown) => {
      throw error instanceof RangeError
        ? noMemory(bundle, variant, image.size + base.bytes.length, error)
        : error;
    });
  if (prediction === undefined) throw damaged(bundle, variant, "its recipe contradicts itself");
  return prediction;
}

/** Whether a segment ends there or behind: tools that add segments leave a base's own where they are. */
function reaches({ elf }: Bundle, end: bigint): boolean {
  return elf.programs.some(({ type, vaddr, memsz }) => type === PT_LOAD && vaddr + memsz >= end);
}

async function predictorOf(
  bundle: Bundle,
  base: Base,
  image: { readonly start: bigint; readonly size: number },
): Promise<Predictor> {
  const { inPlace, bytes, predictors } = base;
  const known = predictors.get(image.size);
  if (known !== undefined) return known;
  const reference = inPlace
    ? readInPlace(bundle.elf.bytes, bundle.name, image, bytes)
    : { bytes, imageSize: image.size, isInPlace: false };
  const predictor = await Predictor.of(reference, bundle.directory.architecture);
  predictors.set(image.size, predictor);
  return predictor;
}

/** Predicts a frame, at an offset in bytes. */
type Predict = (frame: StoredFrame, offset: number) => Uint8Array;

async function decodeFrames(
  bundle: Bundle,
  variant: StoredVariant,
  frames: readonly StoredFrame[],
  predict: Predict | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const size = frames.reduce((sum, frame) => sum + frame.size, 0);
  const bytes = allocate(bundle, variant, size);
  let offset = 0;
  for (const frame of frames) {
    signal?.throwIfAborted();
    bytes.set(await decode(bundle, variant, frame, predict?.(frame, offset), offset), offset);
    offset += frame.size;
  }
  return bytes;
}

/** A small file can claim to decode to more than there is memory. */
function allocate(bundle: Bundle, variant: StoredVariant, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw noMemory(bundle, variant, size, error);
  }
}

function noMemory(bundle: Bundle, variant: StoredVariant, size: number, cause: unknown): MgoError {
  return new MgoError(`${bundle.name}: no memory for ${formatSize(size)} of variant ${variant.level}`, {
    cause,
  });
}

async function decode(
  bundle: Bundle,
  variant: StoredVariant,
  frame: StoredFrame,
  prediction: Uint8Array | undefined,
  offset: number,
): Promise<Uint8Array> {
  const stored = bundle.payload.subarray(frame.offset, frame.offset + frame.storedSize);
  if (xxHash64(stored) !== frame.storedChecksum) {
    throw damaged(bundle, variant, `the checksum of its frame at ${frame.offset} is wrong`);
  }
  const patches = await Patches.load();
  const sizeMax = prediction === undefined ? frame.size : patches.sizeMax(frame.size);
  const contents = await decodeFrame(stored, prediction ?? NOTHING, sizeMax).catch((error: unknown) => {
    throw damaged(bundle, variant, `its frame at ${frame.offset} cannot be decoded: ${reasonOf(error)}`);
  });
  const decoded =
    prediction === undefined
      ? await removeFilter(bundle, variant, frame, contents, offset)
      : patches.apply(prediction, contents);
  if (decoded?.length !== frame.size || xxHash64(decoded) !== frame.checksum) {
    throw damaged(bundle, variant, `its frame at ${frame.offset} decodes to something else`);
  }
  return decoded;
}

async function removeFilter(
  { directory }: Bundle,
  { skeletonSize }: StoredVariant,
  { filter }: StoredFrame,
  contents: Uint8Array,
  offset: number,
): Promise<Uint8Array> {
  if (filter === FILTER.none) return contents;
  return (await Filters.load(directory.architecture)).remove("code", contents, offset, skeletonSize);
}

function damaged(bundle: Bundle, variant: StoredVariant, what: string): MgoError {
  return new MgoError(`${bundle.name} is a damaged bundle: variant ${variant.level}: ${what}`);
}
