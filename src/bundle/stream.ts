/**
 * A variant's file ⇄ its stream, which frames are made of: first the skeleton, the file without its detached
 * ranges, then the contents of these, in the order of the file. engine/format/format.zig defines both.
 *
 * Detached ranges are sections that are not loaded, which no start needs: debug data and symbols. Those that
 * Go's linker has deflated are stored inflated: variants differ little in that, and in all of the deflated
 * bytes.
 */
import { inflateSync } from "node:zlib";
import type { Deflate } from "../engine/deflate.ts";
import { DETACHED_COUNT_MAX } from "../engine/format.ts";
import { readStruct } from "../engine/struct.ts";
import {
  type Elf,
  type Section,
  SHF_ALLOC,
  SHF_COMPRESSED,
  SHT_NOBITS,
  SHT_NULL,
  tryParseElf,
} from "./elf.ts";

/** A range of the file; all in bytes. */
export interface DetachedRange {
  /** From the start of the file. */
  readonly offset: number;
  /** In the file. */
  readonly size: number;
  /** In the stream: `size`, unless it is stored inflated. */
  readonly streamSize: number;
}

/** A file as it is stored. */
export interface Stream {
  readonly bytes: Uint8Array;
  /** How many of the bytes are the skeleton. */
  readonly skeletonSize: number;
  /** In the order of the file, and of their contents in the stream. */
  readonly detached: readonly DetachedRange[];
}

/** Smaller sections are not worth an entry of the directory. */
const SIZE_MIN = 64;
const ELFCOMPRESS_ZLIB = 1;
/** A larger section stays deflated: it would not fit beside its stream into the memory of the engine. */
const INFLATED_MAX = 1 << 30;

/**
 * Splits a file. One that is no ELF executable is all skeleton.
 *
 * @throws Error if joining the stream does not give back the file: such a bundle must not leave the machine
 */
export function splitStream(file: Uint8Array, deflate: Deflate): Stream {
  const stream = detach(file, deflate);
  const again = joinStream(stream, deflate);
  if (again !== undefined && Buffer.compare(again, file) === 0) return stream;
  throw new Error("a variant's stream does not give back its file");
}

function detach(file: Uint8Array, deflate: Deflate): Stream {
  const ranges = findRanges(file).map((range) => ({ ...range, contents: contentsOf(file, range, deflate) }));
  const skeleton = cut(file, ranges);
  const size = skeleton.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = ranges.length === 0 ? file : concat([...skeleton, ...ranges.map(({ contents }) => contents)]);
  const detached = ranges.map(({ offset, size, contents }) => ({
    offset,
    size,
    streamSize: contents.length,
  }));
  return { bytes, skeletonSize: size, detached };
}

/**
 * Joins a file from its stream.
 *
 * @param detached as `splitStream` gave them, or a checked directory has them
 * @returns undefined if what is stored inflated does not deflate to what was there
 */
export function joinStream(
  { bytes, skeletonSize, detached }: Stream,
  deflate: Deflate,
): Uint8Array | undefined {
  if (detached.length === 0) return bytes;
  const pieces: Uint8Array[] = [];
  let [skeleton, contents, place] = [0, skeletonSize, 0];
  for (const { offset, size, streamSize } of detached) {
    pieces.push(bytes.subarray(skeleton, skeleton + offset - place));
    skeleton += offset - place;
    place = offset + size;
    const stored = bytes.subarray(contents, contents + streamSize);
    contents += streamSize;
    const piece = size === streamSize ? stored : deflate(stored, size);
    if (piece?.length !== size) return undefined;
    pieces.push(piece);
  }
  return concat([...pieces, bytes.subarray(skeleton, skeletonSize)]);
}

/** A range that may be detached; in bytes. */
interface Range {
  readonly offset: number;
  readonly size: number;
  /** In bytes, inflated; undefined if it is no zlib stream. */
  readonly inflatedSize?: number | undefined;
}

function findRanges(file: Uint8Array): readonly Range[] {
  const elf = tryParseElf(file);
  if (elf === undefined) return [];
  const names = elf.sections[elf.header.shstrndx];
  const candidates = elf.sections.flatMap((section) =>
    section === names ? [] : (rangeOf(elf, section) ?? []),
  );
  return largest(withoutOverlaps(candidates, neededParts(elf, names)));
}

/** As many as a variant may have, in the same order. */
function largest(ranges: readonly Range[]): readonly Range[] {
  if (ranges.length <= DETACHED_COUNT_MAX) return ranges;
  const kept = new Set(ranges.toSorted((a, b) => b.size - a.size).slice(0, DETACHED_COUNT_MAX));
  return ranges.filter((range) => kept.has(range));
}

function rangeOf({ bytes, structs: { chdr } }: Elf, { offset, size, header }: Section): Range | undefined {
  if ((header.flags & SHF_ALLOC) !== 0n || isEmpty(header.type)) return undefined;
  const isCompressed = (header.flags & SHF_COMPRESSED) !== 0n && size > chdr.size;
  const compressed = isCompressed ? readStruct(chdr, bytes, offset) : undefined;
  const skipped = compressed?.type === ELFCOMPRESS_ZLIB ? chdr.size : 0;
  if (size - skipped < SIZE_MIN) return undefined;
  const inflatedSize = skipped > 0 ? Number(compressed?.size) : undefined;
  return { offset: offset + skipped, size: size - skipped, inflatedSize };
}

function isEmpty(type: number): boolean {
  return type === SHT_NULL || type === SHT_NOBITS;
}

/** A part of the file, in bytes; `end` is behind the last one. */
interface Part {
  readonly offset: number;
  readonly end: number;
}

/** The parts that the kernel, the dynamic linker and readers of section headers look at. */
function neededParts(
  { structs, header, programs, sections }: Elf,
  names: Section | undefined,
): readonly Part[] {
  const part = (offset: bigint | number, size: bigint | number): Part => ({
    offset: Number(offset),
    end: Number(offset) + Number(size),
  });
  return [
    part(0, structs.ehdr.size),
    part(header.phoff, programs.length * structs.phdr.size),
    part(header.shoff, header.shnum * structs.shdr.size),
    ...programs.map(({ offset, filesz }) => part(offset, filesz)),
    ...sections
      .filter((section) => section === names || (section.header.flags & SHF_ALLOC) !== 0n)
      .filter(({ header: { type } }) => !isEmpty(type))
      .map(({ offset, size }) => part(offset, size)),
  ];
}

/** The ranges, sorted, that overlap none of the parts and none of the ranges in front of them. */
function withoutOverlaps(ranges: readonly Range[], parts: readonly Part[]): readonly Range[] {
  const needed = parts.toSorted((a, b) => a.offset - b.offset);
  const kept: Range[] = [];
  let [end, next] = [0, 0];
  for (const range of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const rangeEnd = range.offset + range.size;
    // A part overlaps if it starts in front of the range's end and reaches behind its start.
    for (let part = needed[next]; part !== undefined && part.offset < rangeEnd; part = needed[++next]) {
      // A part without bytes overlaps nothing.
      if (part.end > part.offset) end = Math.max(end, part.end);
    }
    if (range.offset < end) continue;
    kept.push(range);
    end = rangeEnd;
  }
  return kept;
}

/** Returns what is stored for the range: inflated where deflating gives back the same bytes. */
function contentsOf(file: Uint8Array, { offset, size, inflatedSize }: Range, deflate: Deflate): Uint8Array {
  const stored = file.subarray(offset, offset + size);
  // Sizes that are equal stand for contents as they are in the file.
  if (inflatedSize === undefined || inflatedSize === size || inflatedSize > INFLATED_MAX) return stored;
  const inflated = inflate(stored, inflatedSize);
  if (inflated?.length !== inflatedSize || inflatedSize === 0) return stored;
  const again = deflate(inflated, size);
  return again !== undefined && Buffer.compare(again, stored) === 0 ? inflated : stored;
}

function inflate(stored: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return inflateSync(stored, { maxOutputLength: size });
  } catch {
    return undefined;
  }
}

/** The pieces of the file between the ranges. */
function cut(file: Uint8Array, ranges: readonly Range[]): readonly Uint8Array[] {
  const starts = [0, ...ranges.map(({ offset, size }) => offset + size)];
  const ends = [...ranges.map(({ offset }) => offset), file.length];
  return starts.map((start, index) => file.subarray(start, ends[index]));
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = Buffer.concat(pieces);
  return new Uint8Array(joined.buffer, joined.byteOffset, joined.length);
}
