/**
 * Bundle → variants: the same format, read back for inspect, extract, verify. Works on any host.
 */
import { MgoError, reasonOf } from "../error.ts";
import { readWhole } from "../file.ts";
import type { Level } from "../level.ts";
import { formatSize } from "../text.ts";
import { type BuildInfo, buildInfoSection, readBuildInfo } from "./buildinfo.ts";
import { decodeFrame } from "./codec.ts";
import { loadDeflate } from "./deflate.ts";
import { attach, type Stream } from "./detach.ts";
import { type Directory, readDirectory, type StoredFrame, type StoredVariant } from "./directory.ts";
import { type Elf, findSection, parseElf, sectionBytes } from "./elf.ts";
import { SECTION_PAYLOAD } from "./format.ts";
import { imageChecksum } from "./image.ts";
import { type Prediction, Predictor } from "./predictor.ts";
import { sha256 } from "./variant.ts";

const NOTHING = new Uint8Array();

/** A bundle whose directory was checked. */
export interface Bundle {
  readonly name: string;
  readonly elf: Elf;
  /** The file's size in bytes. */
  readonly size: number;
  readonly payload: Uint8Array;
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
  const payload = sectionBytes(elf, section);
  const directory = readDirectory(payload, name);
  return { name, elf, size: bytes.length, payload, directory, info: readBuildInfo(elf, name) };
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
  const base = baseOf(bundle, variant);
  const predictor = base && (await readBase(bundle, base, signal));
  return await decodeWith(bundle, variant, predictor, signal);
}

/** The variant that this one refers to; undefined for one that refers to none. */
function baseOf(bundle: Bundle, variant: StoredVariant): StoredVariant | undefined {
  const base = bundle.directory.variants[variant.base];
  return base === variant ? undefined : base;
}

async function readBase(bundle: Bundle, base: StoredVariant, signal?: AbortSignal): Promise<Predictor> {
  const bytes = await decodeFrames(bundle, base, base.frames, base.streamSize, nothing, signal);
  return Predictor.of(bytes);
}

/** @param predictor with the base of a variant that has one */
async function decodeWith(
  bundle: Bundle,
  variant: StoredVariant,
  predictor: Predictor | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { frames, planFrameCount, streamSize, skeletonSize, detached } = variant;
  const contents = frames.slice(planFrameCount);
  const prediction = predictor && (await readPlan(bundle, variant, predictor, signal));
  try {
    const predict = prediction ? prediction.predict.bind(prediction) : nothing;
    const stream = await decodeFrames(bundle, variant, contents, streamSize, predict, signal);
    const bytes = await putTogether(bundle, variant, { bytes: stream, skeletonSize, detached });
    if (Buffer.from(sha256(bytes)).equals(variant.sha256)) return bytes;
    throw damaged(bundle, variant, "its SHA-256 is wrong");
  } finally {
    prediction?.close();
  }
}

async function putTogether(bundle: Bundle, variant: StoredVariant, stream: Stream): Promise<Uint8Array> {
  if (stream.detached.length === 0) return stream.bytes;
  const bytes = attach(stream, await loadDeflate());
  if (bytes !== undefined) return bytes;
  throw damaged(bundle, variant, "its debug data do not deflate to their size");
}

async function readPlan(
  bundle: Bundle,
  variant: StoredVariant,
  predictor: Predictor,
  signal: AbortSignal | undefined,
): Promise<Prediction> {
  const frames = variant.frames.slice(0, variant.planFrameCount);
  const size = frames.reduce((sum, frame) => sum + frame.size, 0);
  const prediction = predictor.open(await decodeFrames(bundle, variant, frames, size, nothing, signal));
  if (prediction === undefined) throw damaged(bundle, variant, "its plan contradicts itself");
  return prediction;
}

/** Gives the dictionary for a range of what is decoded. */
type Predict = (offset: number, size: number) => Uint8Array;

const nothing: Predict = () => NOTHING;

/** @param size of what the frames decode to, in bytes */
async function decodeFrames(
  bundle: Bundle,
  variant: StoredVariant,
  frames: readonly StoredFrame[],
  size: number,
  predict: Predict,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = allocate(bundle, variant, size);
  let offset = 0;
  for (const frame of frames) {
    signal?.throwIfAborted();
    bytes.set(await decode(bundle, variant, frame, predict(offset, frame.size)), offset);
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
): Promise<Uint8Array> {
  const stored = bundle.payload.subarray(frame.offset, frame.offset + frame.storedSize);
  if (Bun.hash.xxHash64(stored) !== frame.storedChecksum) {
    throw damaged(bundle, variant, `the checksum of its frame at ${frame.offset} is wrong`);
  }
  const decoded = await decodeFrame(stored, dictionary, frame.size).catch((error: unknown) => {
    throw damaged(bundle, variant, `its frame at ${frame.offset} cannot be decoded: ${reasonOf(error)}`);
  });
  if (decoded.length !== frame.size || Bun.hash.xxHash64(decoded) !== frame.checksum) {
    throw damaged(bundle, variant, `its frame at ${frame.offset} decodes to something else`);
  }
  return decoded;
}

function damaged(bundle: Bundle, variant: StoredVariant, what: string): MgoError {
  return new MgoError(`${bundle.name} is a damaged bundle: variant ${variant.level}: ${what}`);
}

/**
 * Checks every byte of a bundle that is loaded: the launcher, the build info, and each variant.
 *
 * @throws MgoError naming the first damage
 */
export async function verifyBundle(bundle: Bundle, signal?: AbortSignal): Promise<void> {
  verifyImage(bundle);
  const [lowest] = bundle.directory.variants;
  const predictors = new Map<StoredVariant, Predictor>();
  for (const variant of bundle.directory.variants) {
    const base = baseOf(bundle, variant);
    // Variants have their base in common: it is decoded once.
    if (base !== undefined && !predictors.has(base)) {
      predictors.set(base, await readBase(bundle, base, signal));
    }
    const bytes = await decodeWith(bundle, variant, base && predictors.get(base), signal);
    if (variant !== lowest) continue;
    const [own, copied] = [buildInfoSection(parseElf(bytes, bundle.name)), buildInfoSection(bundle.elf)];
    if (own === undefined || copied === undefined || !Buffer.from(own).equals(copied)) {
      throw new MgoError(`${bundle.name} is a damaged bundle: its Go build info is not that of its variants`);
    }
  }
}

/**
 * Checks what a bundle loads beside its payload.
 *
 * @throws MgoError if it is damaged
 */
export function verifyImage({ elf, name, directory }: Bundle): void {
  if (imageChecksum(elf, name) === directory.imageChecksum) return;
  throw new MgoError(`${name} is a damaged bundle: the checksum of its launcher is wrong`);
}
