/**
 * Bundle → variants: the same format, read back for inspect, extract, verify. Works on any host.
 */

import { loadDeflate } from "../engine/deflate.ts";
import { Filters } from "../engine/filter.ts";
import { FILTER, RECIPE, SECTION_PAYLOAD } from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import { type Prediction, Predictor } from "../engine/predictor.ts";
import { readStruct } from "../engine/struct.ts";
import type { Level } from "../levels/level.ts";
import { MgoError, reasonOf } from "../system/error.ts";
import { formatSize } from "../system/figures.ts";
import { readWhole } from "../system/file.ts";
import { restoreBase } from "./base.ts";
import { type BuildInfo, buildInfoSection, readBuildInfo } from "./buildinfo.ts";
import { type Directory, readDirectory, type StoredFrame, type StoredVariant } from "./directory.ts";
import {
  type Elf,
  findSection,
  PF_X,
  type Program,
  PT_LOAD,
  parseElf,
  type Section,
  sectionBytes,
} from "./elf.ts";
import { decodeFrame } from "./frame.ts";
import { imageChecksum, readBlock } from "./image.ts";
import { readInPlace } from "./reference.ts";
import { joinStream } from "./stream.ts";
import { sha256 } from "./variant.ts";

const NOTHING = new Uint8Array();

/** A bundle whose directory was checked. */
export interface Bundle {
  readonly name: string;
  readonly elf: Elf;
  /** The file's size in bytes. */
  readonly size: number;
  readonly payload: Uint8Array;
  /** What stands in front of the payload in its section: in the direct layout the launcher's block. */
  readonly block: Uint8Array;
  readonly directory: Directory;
  readonly info: BuildInfo;
}

/**
 * Opens a bundle.
 *
 * @throws MgoError if the file cannot be read, is no bundle, or its directory is damaged
 */
export async function openBundle(path: string): Promise<Bundle> {
  return readBundle(await readWhole(path), path);
}

/**
 * Reads a bundle, as `openBundle` does, that is in memory.
 *
 * @param name what to call it in messages
 */
export function readBundle(bytes: Uint8Array, name: string): Bundle {
  const elf = parseElf(bytes, name);
  const section = findSection(elf, SECTION_PAYLOAD);
  if (section === undefined) {
    throw new MgoError(`${name} is no bundle`, { hint: "mgo build and mgo pack make bundles" });
  }
  const contents = sectionBytes(elf, section);
  const block = readBlock(contents);
  const start = block?.payload ?? 0;
  const payload = contents.subarray(start);
  const directory = readDirectory(payload, name);
  if (directory.layout === "direct") checkPlace(elf, section, block, directory, name);
  if (directory.layout === "packed" && start !== 0) {
    throw new MgoError(`${name} is a damaged bundle: its payload is not where its layout has it`);
  }
  return {
    name,
    elf,
    size: bytes.length,
    payload,
    block: contents.subarray(0, start),
    directory,
    info: readBuildInfo(elf, name),
  };
}

/** That the launcher of a direct bundle is entered, finds its payload, and can go on to the base. */
function checkPlace(
  elf: Elf,
  section: Section,
  block: ReturnType<typeof readBlock>,
  directory: Directory,
  name: string,
): void {
  const { addr, size } = section.header;
  const isCode = (at: bigint, length = 1n): Program | undefined =>
    elf.programs.find(
      ({ type, flags, vaddr, filesz }) =>
        type === PT_LOAD && (flags & PF_X) !== 0 && at >= vaddr && at + length <= vaddr + filesz,
    );
  const own = isCode(addr, size);
  const base = isCode(directory.entry);
  if (
    block === undefined ||
    own === undefined ||
    base === undefined ||
    own === base ||
    elf.header.entry !== addr + BigInt(block.entry) ||
    directory.address !== addr + BigInt(block.payload)
  ) {
    throw new MgoError(`${name} is a damaged bundle: its launcher is not where it is entered`);
  }
}

/**
 * The variant of that level.
 *
 * @throws MgoError if the bundle has none
 */
export function findVariant(bundle: Bundle, level: Level): StoredVariant {
  const variant = bundle.directory.variants.find((candidate) => candidate.level === level);
  if (variant !== undefined) return variant;
  const levels = bundle.directory.variants.map((candidate) => candidate.level).join(", ");
  throw new MgoError(`${bundle.name} has no variant ${level}`, { hint: `it has ${levels}` });
}

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
      hint: "strip and its like change the base; the bundle still runs, and has its other variants",
    });
  }
  const base = baseOf(bundle, variant);
  const reference = base && (await readBase(bundle, base, signal));
  return await decodeWith(bundle, variant, reference, signal);
}

/** The executable of the variant in place; undefined if the bundle's file was changed. */
async function findBase(
  bundle: Bundle,
  variant: StoredVariant,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const frames: Uint8Array[] = [];
  for (const frame of variant.frames.slice(variant.extraFrameCount)) {
    signal?.throwIfAborted();
    frames.push(await decode(bundle, variant, frame, NOTHING, 0));
  }
  const bytes = restoreBase(bundle.elf.bytes, variant, frames);
  return bytes !== undefined && Buffer.from(sha256(bytes)).equals(variant.sha256) ? bytes : undefined;
}

/** The variant that this one refers to; undefined for one that refers to none. */
function baseOf(bundle: Bundle, variant: StoredVariant): StoredVariant | undefined {
  const base = bundle.directory.variants[variant.base];
  return base === variant ? undefined : base;
}

/** What a base gives of itself: its stream, or what is stored beside one in place. */
interface Base {
  readonly inPlace: boolean;
  readonly bytes: Uint8Array;
  /** By the size of its image: variants that are whole agree in that. */
  readonly predictors: Map<number, Predictor>;
}

async function readBase(bundle: Bundle, base: StoredVariant, signal?: AbortSignal): Promise<Base> {
  const inPlace = base.codec === "in_place";
  const frames = inPlace ? base.frames.slice(0, base.extraFrameCount) : base.frames;
  return { inPlace, bytes: await decodeFrames(bundle, base, frames, nothing, signal), predictors: new Map() };
}

/** @param base of a variant that has one */
async function decodeWith(
  bundle: Bundle,
  variant: StoredVariant,
  base: Base | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { skeletonSize, detached } = variant;
  const contents = variant.frames.slice(variant.extraFrameCount);
  const prediction = base && (await readRecipe(bundle, variant, base, signal));
  try {
    const predict = prediction ? prediction.predict.bind(prediction) : nothing;
    const stream = await decodeFrames(bundle, variant, contents, predict, signal);
    const deflate = await loadDeflate();
    const bytes = joinStream({ bytes: stream, skeletonSize, detached }, deflate);
    if (bytes === undefined) throw damaged(bundle, variant, "its debug data do not deflate to their size");
    if (Buffer.from(sha256(bytes)).equals(variant.sha256)) return bytes;
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
  const frames = variant.frames.slice(0, variant.extraFrameCount);
  const recipe = await decodeFrames(bundle, variant, frames, nothing, signal);
  if (recipe.length < RECIPE.size) throw damaged(bundle, variant, "its recipe is cut short");
  const imageSize = base.inPlace ? readStruct(RECIPE, recipe, 0).base_image_size : 0;
  const prediction = (await predictorOf(bundle, base, imageSize)).open(recipe);
  if (prediction === undefined) throw damaged(bundle, variant, "its recipe contradicts itself");
  return prediction;
}

async function predictorOf(bundle: Bundle, base: Base, imageSize: number): Promise<Predictor> {
  const { inPlace, bytes, predictors } = base;
  const known = predictors.get(imageSize);
  if (known !== undefined) return known;
  const reference = inPlace
    ? readInPlace(bundle.elf.bytes, bundle.name, imageSize, bytes)
    : { bytes, imageSize };
  const predictor = await Predictor.of(reference);
  predictors.set(imageSize, predictor);
  return predictor;
}

/** Gives the dictionary for a range of what is decoded. */
type Predict = (offset: number, size: number) => Uint8Array;

const nothing: Predict = () => NOTHING;

async function decodeFrames(
  bundle: Bundle,
  variant: StoredVariant,
  frames: readonly StoredFrame[],
  predict: Predict,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const size = frames.reduce((sum, frame) => sum + frame.size, 0);
  const bytes = allocate(bundle, variant, size);
  let offset = 0;
  for (const frame of frames) {
    signal?.throwIfAborted();
    bytes.set(await decode(bundle, variant, frame, predict(offset, frame.size), offset), offset);
    offset += frame.size;
  }
  return bytes;
}

/** A small file can claim to decode to more than there is memory. */
function allocate(bundle: Bundle, variant: StoredVariant, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw new MgoError(`${bundle.name}: no memory for ${formatSize(size)} of variant ${variant.level}`, {
      cause: error,
    });
  }
}

async function decode(
  bundle: Bundle,
  variant: StoredVariant,
  frame: StoredFrame,
  dictionary: Uint8Array,
  offset: number,
): Promise<Uint8Array> {
  const stored = bundle.payload.subarray(frame.offset, frame.offset + frame.storedSize);
  if (xxHash64(stored) !== frame.storedChecksum) {
    throw damaged(bundle, variant, `the checksum of its frame at ${frame.offset} is wrong`);
  }
  const filtered = await decodeFrame(stored, dictionary, frame.size).catch((error: unknown) => {
    throw damaged(bundle, variant, `its frame at ${frame.offset} cannot be decoded: ${reasonOf(error)}`);
  });
  const filter = frame.filter === FILTER.none ? "none" : "code";
  const filters = filter === "none" ? undefined : await Filters.load();
  const decoded = filters?.remove(filter, filtered, offset, variant.skeletonSize) ?? filtered;
  if (decoded.length !== frame.size || xxHash64(decoded) !== frame.checksum) {
    throw damaged(bundle, variant, `its frame at ${frame.offset} decodes to something else`);
  }
  return decoded;
}

function damaged(bundle: Bundle, variant: StoredVariant, what: string): MgoError {
  return new MgoError(`${bundle.name} is a damaged bundle: variant ${variant.level}: ${what}`);
}

/** What `verifyBundle` has found out about a bundle that is whole. */
export interface Verified {
  /**
   * The variant in place whose file was changed since, in what is not loaded, as `strip` does: it runs, but its
   * executable cannot be had back.
   */
  readonly changed: Level | undefined;
}

/**
 * Checks every byte of a bundle that is loaded: the launcher, the build info, and each variant.
 *
 * @throws MgoError naming the first damage
 */
export async function verifyBundle(bundle: Bundle, signal?: AbortSignal): Promise<Verified> {
  verifyImage(bundle);
  let changed: Level | undefined;
  const bases = new Map<StoredVariant, Base>();
  for (const [index, variant] of bundle.directory.variants.entries()) {
    if (variant.codec === "in_place") {
      const found = await findBase(bundle, variant, signal);
      if (found === undefined) changed = variant.level;
      continue;
    }
    const base = baseOf(bundle, variant);
    // Variants have their base in common: it is decoded once.
    if (base !== undefined && !bases.has(base)) {
      bases.set(base, await readBase(bundle, base, signal));
    }
    const bytes = await decodeWith(bundle, variant, base && bases.get(base), signal);
    if (index === 0 && bundle.directory.layout === "packed") verifyBuildInfo(bundle, bytes);
  }
  return { changed };
}

/** @param lowest the variant whose build info a packed bundle has a copy of */
function verifyBuildInfo(bundle: Bundle, lowest: Uint8Array): void {
  const [own, copied] = [buildInfoSection(parseElf(lowest, bundle.name)), buildInfoSection(bundle.elf)];
  if (own !== undefined && copied !== undefined && Buffer.from(own).equals(copied)) return;
  throw new MgoError(`${bundle.name} is a damaged bundle: its Go build info is not that of its variants`);
}

/**
 * Checks what a bundle loads beside its payload: in the direct layout the base, too.
 *
 * @throws MgoError if it is damaged
 */
export function verifyImage({ elf, name, directory, block }: Bundle): void {
  if (imageChecksum(elf, name, new Map([[SECTION_PAYLOAD, block]])) === directory.imageChecksum) return;
  const what = directory.layout === "direct" ? "base or launcher" : "launcher";
  throw new MgoError(`${name} is a damaged bundle: the checksum of its ${what} is wrong`);
}
