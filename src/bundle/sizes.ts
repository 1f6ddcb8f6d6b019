/**
 * Measures where a bundle's bytes go: by variant, and within each by the kind of bytes, as built and as
 * stored.
 *
 * Stored sizes are known by frame only: a frame that holds two parts, compressed together, is divided between
 * them in proportion to their decoded sizes.
 */
import type { Level } from "../levels/level.ts";
import { buildInfoSection } from "./buildinfo.ts";
import { decodeVariant } from "./decode.ts";
import {
  type Elf,
  parseElf,
  type Section,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_NULL,
} from "./elf.ts";
import type { Bundle } from "./read.ts";
import type { StoredFrame, StoredVariant } from "./stored.ts";

/** The parts of an executable, by the section that is most of each. */
export const PARTS = [".text", ".gopclntab", ".rodata", ".data", "debug", "other"] as const;
export type Part = (typeof PARTS)[number];

/** The parts in words for people who do not read ELF. */
export const PART_MEANINGS: Readonly<Record<Part, string>> = {
  ".text": "code",
  ".gopclntab": "tables of functions and lines",
  ".rodata": "constants, types",
  ".data": "variables",
  debug: "debug data and symbols",
  other: "headers, gaps, the rest",
};

/** Sizes in bytes. */
export interface PartSizes {
  readonly part: Part;
  /** In the executable. */
  readonly size: number;
  /** In the bundle. */
  readonly stored: number;
}

export interface VariantSizes {
  readonly level: Level;
  readonly codec: StoredVariant["codec"];
  readonly size: number;
  readonly stored: number;
  /** The share of the recipe, or in a base in place of what others are predicted from. */
  readonly recipe: number;
  readonly parts: readonly PartSizes[];
}

export interface Sizes {
  readonly file: string;
  readonly layout: Bundle["directory"]["layout"];
  readonly size: number;
  /** The base by itself. */
  readonly plainSize: number;
  /** The launcher, with ELF headers. */
  readonly launcher: number;
  /** The directory of variants and frames. */
  readonly directory: number;
  /** The copy of Go's build info that a packed bundle has. */
  readonly buildInfo: number;
  readonly variants: readonly VariantSizes[];
}

/**
 * Measures a bundle. Variants are decoded for that, to see their sections.
 *
 * @throws MgoError if a variant is damaged; the signal's reason if it is aborted
 */
export async function measureSizes(bundle: Bundle, signal?: AbortSignal): Promise<Sizes> {
  const { directory, elf } = bundle;
  const variants: VariantSizes[] = [];
  for (const variant of directory.variants) {
    const bytes = await decodeVariant(bundle, variant, signal);
    variants.push(measureVariant(variant, parseElf(bytes, `${bundle.name}: variant ${variant.level}`)));
  }
  const { base } = directory;
  const inPlace = base.codec === "in_place" ? base : undefined;
  const buildInfo = inPlace === undefined ? (buildInfoSection(elf)?.length ?? 0) : 0;
  return {
    file: bundle.name,
    layout: directory.layout,
    size: bundle.size,
    plainSize: base.size,
    launcher: bundle.size - directory.payloadSize - (inPlace?.size ?? 0) - buildInfo,
    directory: directory.variants[0]?.frames[0]?.offset ?? 0,
    buildInfo,
    variants,
  };
}

function measureVariant(variant: StoredVariant, elf: Elf): VariantSizes {
  const ranges = partsOf(elf);
  const inPlace = variant.codec === "in_place";
  const recipe = storedSize(inPlace ? variant.frames : variant.extraFrames);
  const stored = inPlace ? undefined : apportion(variant.contentFrames, streamOf(variant, ranges));
  const parts = PARTS.map((part): PartSizes => {
    const size = ranges
      .filter((range) => range.part === part)
      .reduce((sum, { end, start }) => sum + end - start, 0);
    return { part, size, stored: stored === undefined ? size : (stored.get(part) ?? 0) };
  });
  const all = storedSize(variant.frames) + (inPlace ? variant.size : 0);
  return { level: variant.level, codec: variant.codec, size: variant.size, stored: all, recipe, parts };
}

function storedSize(frames: readonly StoredFrame[]): number {
  return frames.reduce((sum, frame) => sum + frame.storedSize, 0);
}

/** Bytes from the start of an executable, or of a stream, that are of one part. */
interface Range {
  readonly part: Part;
  readonly start: number;
  readonly end: number;
}

/** All of the file, in order and without overlaps: what no section holds is other. */
function partsOf({ bytes, sections }: Elf): readonly Range[] {
  const held = sections
    .filter(({ header }) => header.type !== SHT_NULL && header.type !== SHT_NOBITS)
    .toSorted((a, b) => a.offset - b.offset);
  const ranges: Range[] = [];
  let end = 0;
  for (const section of held) {
    const start = Math.max(section.offset, end);
    const stop = section.offset + section.size;
    if (stop <= start) continue;
    if (start > end) ranges.push({ part: "other", start: end, end: start });
    ranges.push({ part: partOf(section), start, end: stop });
    end = stop;
  }
  if (end < bytes.length) ranges.push({ part: "other", start: end, end: bytes.length });
  return ranges;
}

function partOf({ name, header: { flags } }: Section): Part {
  if (/^\.(?:z?debug_|gnu_debug|symtab$|strtab$|shstrtab$)/.test(name)) return "debug";
  if ((flags & SHF_ALLOC) === 0n) return "other";
  if (name.endsWith(".gopclntab")) return ".gopclntab";
  if ((flags & SHF_EXECINSTR) !== 0n) return ".text";
  return (flags & SHF_WRITE) !== 0n ? ".data" : ".rodata";
}

/** The parts of the stream: the executable without its detached ranges, then these, inflated, one by one. */
function streamOf({ detached }: StoredVariant, ranges: readonly Range[]): readonly Range[] {
  const stream: Range[] = [];
  let at = 0;
  const add = (part: Part, size: number): void => {
    if (size <= 0) return;
    stream.push({ part, start: at, end: at + size });
    at += size;
  };
  for (const { part, start, end } of ranges) {
    const taken = detached.reduce(
      (sum, { offset, size }) => sum + Math.max(0, Math.min(end, offset + size) - Math.max(start, offset)),
      0,
    );
    add(part, end - start - taken);
  }
  for (const { offset, streamSize } of detached) {
    add(ranges.find(({ start, end }) => offset >= start && offset < end)?.part ?? "debug", streamSize);
  }
  return stream;
}

/** Divides what each frame takes between the parts that it holds; the last one gets what rounding leaves. */
function apportion(frames: readonly StoredFrame[], stream: readonly Range[]): ReadonlyMap<Part, number> {
  const stored = new Map<Part, number>();
  let start = 0;
  for (const frame of frames) {
    const end = start + frame.size;
    const inside = stream.flatMap((range) => {
      const size = Math.min(end, range.end) - Math.max(start, range.start);
      return size > 0 ? [{ part: range.part, size }] : [];
    });
    let left = frame.storedSize;
    for (const [index, { part, size }] of inside.entries()) {
      const share = index === inside.length - 1 ? left : Math.round((frame.storedSize * size) / frame.size);
      stored.set(part, (stored.get(part) ?? 0) + share);
      left -= share;
    }
    start = end;
  }
  return stored;
}
