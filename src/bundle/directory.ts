/**
 * The payload's directory: header and the tables of variants, frames and detached ranges. The fields, their order and what each
 * covers are defined in engine/format/format.zig; this is their TypeScript writer and reader.
 *
 * The reader checks all that the launcher checks (engine/bundle/bundle.zig): what it returns can be followed
 * without further checks of bounds.
 */

import {
  CODEC,
  DETACHED,
  DETACHED_SLACK,
  FILTER,
  FRAME,
  FRAME_SIZE_MAX,
  FRAME_STORED_SIZE_MAX,
  HEADER,
  LAYOUT,
  MAGIC,
  PAYLOAD_ALIGN,
  START_POLICY,
  STREAM_SIZE_MAX,
  VARIANT,
  VARIANT_COUNT_MAX,
  VERSION,
} from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import { readStruct, type Values, writeStruct } from "../engine/struct.ts";
import { type Level, levelNumber, levelOf } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import type { EncodedVariant } from "./encode.ts";
import type { StartPolicy } from "./layout.ts";
import type { DetachedRange } from "./stream.ts";

export interface Directory {
  readonly version: number;
  readonly layout: keyof typeof LAYOUT;
  /** The payload's size in bytes. */
  readonly payloadSize: number;
  readonly imageChecksum: bigint;
  /** In the direct layout, where the payload is linked; else 0. */
  readonly address: bigint;
  /** In the direct layout, the base's own entry; else 0. */
  readonly entry: bigint;
  readonly startPolicy: StartPolicy;
  readonly variants: readonly StoredVariant[];
}

export interface StoredVariant {
  readonly level: Level;
  readonly codec: keyof typeof CODEC;
  /** Index in the directory's variants; the variant's own where it refers to no other. */
  readonly base: number;
  /** Of the executable, in bytes. */
  readonly size: number;
  readonly sha256: Uint8Array;
  /** How many frames come first that hold no bytes of the variant: a plan, or what stands beside one in place. */
  readonly extraFrameCount: number;
  readonly frames: readonly StoredFrame[];
  /** Of what the frames decode to, without extra ones, in bytes: the executable's size, if nothing is detached. */
  readonly streamSize: number;
  /** Of the skeleton, which the stream begins with, in bytes. */
  readonly skeletonSize: number;
  readonly detached: readonly DetachedRange[];
}

/** The variant in place, or the one that the others refer to. */
export function baseVariant({ variants }: Directory): StoredVariant | undefined {
  const inPlace = variants.find(({ codec }) => codec === "in_place");
  return inPlace ?? variants[variants.find(({ codec }) => codec !== "zstd")?.base ?? 0];
}

/** Offsets in bytes from the start of the payload. */
export interface StoredFrame {
  readonly offset: number;
  readonly storedSize: number;
  readonly size: number;
  readonly storedChecksum: bigint;
  readonly checksum: bigint;
  /** One of FILTER. */
  readonly filter: number;
  /** Whether it serves to predict detached ranges only. */
  readonly isDetached: boolean;
}

function directorySize(variants: number, frames: number, detached: number): number {
  return HEADER.size + variants * VARIANT.size + frames * FRAME.size + detached * DETACHED.size;
}

/** XXH64 of the header up to its checksum, and the tables. */
function directoryChecksum(directory: Uint8Array): bigint {
  const covered = [
    directory.subarray(0, HEADER.fields.directory_checksum.offset),
    directory.subarray(HEADER.size),
  ];
  return xxHash64(Buffer.concat(covered));
}

/** What the header of a direct bundle has more. */
export type DirectFields = Pick<Directory, "address" | "entry" | "startPolicy">;

/**
 * Writes a payload.
 *
 * @param base index of the variant that the others refer to
 * @param imageChecksum of what the bundle loads beside the payload: see src/bundle/image.ts
 * @param direct for the direct layout; without it the layout is packed
 * @returns the payload in pieces
 */
export function writePayload(
  variants: readonly EncodedVariant[],
  base: number,
  imageChecksum: bigint,
  direct?: DirectFields,
): readonly Uint8Array[] {
  const frames = variants.flatMap((variant) => variant.frames);
  const detached = variants.flatMap((variant) => variant.detached);
  const directory = new Uint8Array(directorySize(variants.length, frames.length, detached.length));
  let offset = HEADER.size;
  let first = 0;
  for (const [index, variant] of variants.entries()) {
    writeStruct(VARIANT, directory, offset, {
      level: levelNumber(variant.level),
      codec: variant.codec,
      base: variant.codec === CODEC.predicted ? base : index,
      size: BigInt(variant.size),
      frame_first: first,
      frame_count: variant.frames.length,
      sha256: variant.sha256,
      detached_count: variant.detached.length,
      extra_frame_count: variant.extraFrameCount,
      checksum: variant.checksum ?? 0n,
    });
    offset += VARIANT.size;
    first += variant.frames.length;
  }
  let storedOffset = directory.length;
  for (const frame of frames) {
    writeStruct(FRAME, directory, offset, {
      stored_offset: BigInt(storedOffset),
      stored_size: frame.stored.length,
      size: frame.size,
      stored_checksum: xxHash64(frame.stored),
      checksum: frame.checksum,
      filter: frame.filter ?? FILTER.none,
      detached: frame.isDetached ? 1 : 0,
    });
    offset += FRAME.size;
    storedOffset += frame.stored.length;
  }
  for (const range of detached) {
    writeStruct(DETACHED, directory, offset, {
      offset: BigInt(range.offset),
      size: BigInt(range.size),
      stream_size: BigInt(range.streamSize),
    });
    offset += DETACHED.size;
  }
  writeStruct(HEADER, directory, 0, {
    magic: Uint8Array.from(MAGIC),
    version: VERSION,
    layout: direct === undefined ? LAYOUT.packed : LAYOUT.direct,
    variant_count: variants.length,
    frame_count: frames.length,
    payload_size: BigInt(storedOffset),
    image_checksum: imageChecksum,
    detached_count: detached.length,
    ...(direct && {
      address: direct.address,
      entry: direct.entry,
      start_policy: START_POLICY[direct.startPolicy],
    }),
  });
  writeStruct(HEADER, directory, 0, { directory_checksum: directoryChecksum(directory) });
  return [directory, ...frames.map((frame) => frame.stored)];
}

/**
 * Reads and checks a payload's directory. The stored frames themselves are not looked at.
 *
 * @param name what to call the bundle in messages
 * @throws MgoError if it is of another version, damaged or cut short
 */
export function readDirectory(payload: Uint8Array, name: string): Directory {
  const check = (holds: boolean, what: string): void => {
    if (!holds) throw new MgoError(`${name} is a damaged bundle: ${what}`);
  };
  check(payload.length >= HEADER.size, "its payload is cut short");
  const header = readStruct(HEADER, payload, 0);
  check(Buffer.from(header.magic).equals(Buffer.from(MAGIC)), "its payload does not start as one");
  if (header.version !== VERSION) {
    throw new MgoError(
      `${name} has bundle format version ${header.version}; this mgo reads version ${VERSION}`,
    );
  }
  const { variant_count: variantCount, frame_count: frameCount, detached_count: detachedCount } = header;
  check(variantCount >= 1 && variantCount <= VARIANT_COUNT_MAX, `it counts ${variantCount} variants`);
  const size = directorySize(variantCount, frameCount, detachedCount);
  check(header.payload_size <= BigInt(payload.length), "its payload is cut short");
  check(BigInt(size) <= header.payload_size, "its directory is cut short");
  const directory = payload.subarray(0, size);
  check(directoryChecksum(directory) === header.directory_checksum, "the checksum of its directory is wrong");

  const layout = nameOf(LAYOUT, header.layout);
  if (layout === undefined) throw unknown(name, "layout", header.layout);
  check(isZero(header.reserved), "a reserved field is not zero");
  const { address, entry } = header;
  const isDirect = address !== 0n && address % BigInt(PAYLOAD_ALIGN) === 0n && entry !== 0n;
  const startPolicy = nameOf(START_POLICY, header.start_policy);
  const isPacked = address === 0n && entry === 0n && startPolicy === "best";
  const fits = layout === "direct" ? isDirect : isPacked;
  check(
    fits && startPolicy !== undefined,
    `its address, entry or start policy is none of the layout ${layout}`,
  );

  const frames = readFrames(directory, header, size, check);
  const ranges = readRanges(directory, directorySize(variantCount, frameCount, 0), detachedCount);
  const variants: StoredVariant[] = [];
  let [nextFrame, nextRange] = [0, 0];
  for (let index = 0; index < variantCount; index++) {
    const variant = readVariant(
      directory,
      HEADER.size + index * VARIANT.size,
      { frames, nextFrame, ranges, nextRange },
      name,
      check,
    );
    const previous = variants.at(-1);
    check(previous === undefined || previous.level < variant.level, "its levels are not in order");
    variants.push(variant);
    nextFrame += variant.frames.length;
    nextRange += variant.detached.length;
  }
  check(nextFrame === frameCount, "its frame table has frames of no variant");
  check(nextRange === detachedCount, "its table of detached ranges has some of no variant");
  const inPlace = variants.filter(({ codec }) => codec === "in_place").length;
  check(inPlace === (layout === "direct" ? 1 : 0), `it has ${inPlace} variants in place`);
  for (const [index, variant] of variants.entries()) checkReferences(variants, variant, index, check);
  return {
    version: header.version,
    layout,
    payloadSize: Number(header.payload_size),
    imageChecksum: header.image_checksum,
    address,
    entry,
    startPolicy: startPolicy ?? "best",
    variants,
  };
}

type Check = (holds: boolean, what: string) => void;

function readFrames(
  directory: Uint8Array,
  header: Values<typeof HEADER>,
  directoryEnd: number,
  check: Check,
): readonly StoredFrame[] {
  const table = HEADER.size + header.variant_count * VARIANT.size;
  let expected = BigInt(directoryEnd);
  const frames = Array.from({ length: header.frame_count }, (_, index) => {
    const frame = readStruct(FRAME, directory, table + index * FRAME.size);
    check(frame.stored_offset === expected, "its frames do not follow one another");
    check(
      frame.stored_size >= 1 && frame.stored_size <= FRAME_STORED_SIZE_MAX,
      "a frame's stored size is wrong",
    );
    check(frame.size >= 1 && frame.size <= FRAME_SIZE_MAX, "a frame's size is wrong");
    check(frame.detached <= 1, "a frame's mark is wrong");
    check(nameOf(FILTER, frame.filter) !== undefined, "a frame has an unknown filter");
    check(isZero(frame.reserved), "a reserved field is not zero");
    expected += BigInt(frame.stored_size);
    check(expected <= header.payload_size, "a frame lies past the end of its payload");
    return {
      offset: Number(frame.stored_offset),
      storedSize: frame.stored_size,
      size: frame.size,
      storedChecksum: frame.stored_checksum,
      checksum: frame.checksum,
      filter: frame.filter,
      isDetached: frame.detached === 1,
    };
  });
  check(expected === header.payload_size, "its payload has bytes of no frame");
  return frames;
}

/** As they are: numbers of 64 bits. */
type Range = Values<typeof DETACHED>;

function readRanges(directory: Uint8Array, start: number, count: number): readonly Range[] {
  return Array.from({ length: count }, (_, index) =>
    readStruct(DETACHED, directory, start + index * DETACHED.size),
  );
}

/** Two tables, and how much of them belongs to the variants so far. */
interface Tables {
  readonly frames: readonly StoredFrame[];
  readonly nextFrame: number;
  readonly ranges: readonly Range[];
  readonly nextRange: number;
}

function readVariant(
  directory: Uint8Array,
  offset: number,
  { frames, nextFrame, ranges, nextRange }: Tables,
  name: string,
  check: Check,
): StoredVariant {
  const variant = readStruct(VARIANT, directory, offset);
  const level = levelOf(variant.level);
  if (level === undefined)
    throw new MgoError(`${name} is a damaged bundle: it has a variant of level ${variant.level}`);
  const codec = nameOf(CODEC, variant.codec);
  if (codec === undefined) throw unknown(name, "codec", variant.codec);
  check(
    variant.frame_first === nextFrame && variant.frame_count >= 1,
    "its frame runs do not follow one another",
  );
  check(nextFrame + variant.frame_count <= frames.length, "its frame table is cut short");
  const run = frames.slice(nextFrame, nextFrame + variant.frame_count);
  const filtered = run.some(({ filter }) => filter !== FILTER.none);
  check(codec === "zstd" || !filtered, "a frame has a filter that its codec has not");
  const extraFrameCount = variant.extra_frame_count;
  check(fitsExtra(codec, extraFrameCount, run.length), "a variant has a wrong number of extra frames");
  const extra = codec === "in_place" ? run.slice(0, extraFrameCount) : [];
  const marks = run.map(({ isDetached }, index) => isDetached && index < extra.length);
  const isMarked = run.every(({ isDetached }, index) => isDetached === marks[index]);
  const ascends = extra.every(({ isDetached }, index) => isDetached || extra[index - 1]?.isDetached !== true);
  check(isMarked && ascends, "a frame is marked as one for detached ranges and is none");
  check(codec === "in_place" || variant.checksum === 0n, "a variant has a checksum that its codec has not");
  check(variant.size <= BigInt(SIZE_MAX), "a variant's size is wrong");

  const { base, size, sha256 } = variant;
  check(nextRange + variant.detached_count <= ranges.length, "its table of detached ranges is cut short");
  const own = ranges.slice(nextRange, nextRange + variant.detached_count);
  check(codec !== "in_place" || own.length === 0, "its base has detached ranges");
  const sizes = checkDetached(own, size, check);
  const contents = run.slice(extraFrameCount);
  const [streamSize, skeletonSize] = [Number(sizes.stream), Number(sizes.skeleton)];
  if (codec !== "in_place") {
    check(streamSize === sizeOf(contents), "a variant's size is not that of its frames");
    check(streamSize <= STREAM_SIZE_MAX, "a variant's frames decode to 4 GiB or more");
    check(endsAt(contents, skeletonSize), "a frame goes on behind the end of its variant's skeleton");
  }
  check(sizeOf(run.slice(0, extraFrameCount)) <= STREAM_SIZE_MAX, "extra frames decode to 4 GiB or more");
  const detached = own.map((range) => ({
    offset: Number(range.offset),
    size: Number(range.size),
    streamSize: Number(range.stream_size),
  }));
  const sizesOf = { size: Number(size), streamSize, skeletonSize };
  return { level, codec, base, ...sizesOf, sha256, extraFrameCount, frames: run, detached };
}

/** Of what frames decode to, in bytes. */
function sizeOf(frames: readonly StoredFrame[]): number {
  return frames.reduce((total, frame) => total + frame.size, 0);
}

/** Larger files are not read. */
const SIZE_MAX = 2 ** 53 - 1;

function fitsExtra(codec: keyof typeof CODEC, extra: number, frames: number): boolean {
  if (codec === "zstd") return extra === 0;
  return extra < frames && (codec === "in_place" || extra > 0);
}

/** @returns sizes of the skeleton and of the whole stream, in bytes */
function checkDetached(
  ranges: readonly Range[],
  size: bigint,
  check: Check,
): { readonly skeleton: bigint; readonly stream: bigint } {
  let [end, skeleton, contents] = [0n, size, 0n];
  for (const range of ranges) {
    check(range.size > 0n && range.stream_size > 0n, "a detached range is empty");
    const sizeMax = 2n * range.stream_size + BigInt(DETACHED_SLACK);
    check(range.size <= sizeMax, "a detached range is larger than what is stored for it can make it");
    check(range.offset >= end, "detached ranges overlap");
    end = range.offset + range.size;
    check(end <= size, "a detached range lies past the end of its variant");
    skeleton -= range.size;
    contents += range.stream_size;
  }
  check(skeleton > 0n || size === 0n, "a variant is detached whole");
  return { skeleton, stream: skeleton + contents };
}

/** Whether a frame ends so many bytes from the start of the first. */
function endsAt(frames: readonly StoredFrame[], size: number): boolean {
  let end = 0;
  for (const frame of frames) {
    end += frame.size;
    if (end >= size) return end === size;
  }
  return false;
}

function checkReferences(
  variants: readonly StoredVariant[],
  variant: StoredVariant,
  index: number,
  check: Check,
): void {
  const base = variants[variant.base];
  const refersRightly =
    variant.codec === "predicted" ? base?.codec !== "predicted" : base === variants[index];
  check(base !== undefined && refersRightly, "a variant refers to a base that is none");
}

function unknown(name: string, what: string, number: number): MgoError {
  return new MgoError(`${name} uses ${what} ${number}, which this mgo does not know`);
}

function nameOf<T extends Readonly<Record<string, number>>>(table: T, value: number): keyof T | undefined {
  return Object.keys(table).find((key) => table[key] === value);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
