/**
 * Which parts of two executables correspond, from which the engine makes a recipe.
 *
 * Sections correspond by name. Those that are not loaded have no address: they get one behind the image, so
 * that one number tells where anything is. Detached parts come last; their names differ, so that no part of
 * the skeleton is predicted from them.
 */
import type { Correspondence, Pair, Placement, Span } from "../engine/request.ts";
import { ROLE } from "../engine/wire.ts";
import { align } from "./align.ts";
import {
  type Elf,
  PT_LOAD,
  type Section,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_TLS,
  SHT_NOBITS,
  SHT_RELA,
  tryParseElf,
} from "./elf.ts";
import type { DetachedRange, Stream } from "./stream.ts";

/** One section, placed in the image and in the stream. */
export interface Part extends Span {
  readonly name: string;
  /** One of ROLE. */
  readonly role: number;
}

/** One executable; its address is that of its first segment, unless it is loaded elsewhere. */
export interface Image extends Placement {
  readonly parts: readonly Part[];
}

/** Go's sections of functions, in executables with addresses that are fixed and others. */
const FUNCTIONS = [".gopclntab", ".data.rel.ro.gopclntab"];
/** Sections that are not loaded and hold pointers. */
const POINTERS = [".symtab", ".debug_addr", ".debug_frame"];
/** Go's sections of numbers, some of which look like pointers or offsets of functions. */
const NO_POINTERS = [".noptrdata", ".typelink"];
/** Addresses behind an image start at a multiple of this, so that they are as aligned as in the file. */
const BEHIND_ALIGN = 0x10000;
/** Alignment of the addresses of detached parts: pointers are looked for at multiples of 8. */
const DETACHED_ALIGN = 16;
/** Addresses have 32 bits in recipes. */
const SIZE_MAX = 0x7fff_ffff;

/**
 * The parts of an executable. A file that is none, or too large, has one part: its skeleton.
 *
 * @param stream what `splitStream` made of the file
 */
export function readImage(file: Uint8Array, stream: Stream): Image {
  const elf = tryParseElf(file);
  const loads = elf?.programs.filter(({ type }) => type === PT_LOAD) ?? [];
  const starts = loads.map(({ vaddr }) => vaddr).sort(compare);
  const ends = loads.map(({ vaddr, memsz }) => vaddr + memsz).sort(compare);
  const [address] = starts;
  const end = ends.at(-1);
  if (elf === undefined || address === undefined || end === undefined) return whole(stream);
  const size = Number(end - address);
  const behind = align(size, BEHIND_ALIGN);
  const detached = detachedParts(elf, stream, align(behind + stream.skeletonSize, DETACHED_ALIGN));
  const last = detached.at(-1);
  if ((last?.address ?? behind) + stream.bytes.length > SIZE_MAX) return whole(stream);
  const parts = elf.sections.flatMap((section) => partOf(section, stream, address, size, behind) ?? []);
  return { address, size, parts: [...parts, ...detached] };
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

function whole({ skeletonSize }: Stream): Image {
  const part = { name: "", role: ROLE.bytes, address: 0, offset: 0, size: Math.min(skeletonSize, SIZE_MAX) };
  return { address: 0n, size: 0, parts: [part] };
}

/** @param start where their addresses start */
function detachedParts(
  { sections }: Elf,
  { skeletonSize, detached }: Stream,
  start: number,
): readonly Part[] {
  const nameByEnd = new Map(
    sections
      .filter(({ size, header }) => size > 0 && header.type !== SHT_NOBITS)
      .map(({ name, offset, size }) => [offset + size, name]),
  );
  let [address, offset] = [start, skeletonSize];
  return detached.map((range) => {
    const name = nameByEnd.get(range.offset + range.size) ?? "";
    const role = POINTERS.includes(name) ? ROLE.data : ROLE.bytes;
    // The section may be in the other executable's skeleton. No section's own name has a zero in it.
    const part = { name: `${name}\0detached`, role, address, offset, size: range.streamSize };
    address = align(address + range.streamSize, DETACHED_ALIGN);
    offset += range.streamSize;
    return part;
  });
}

/** A section's offset in the skeleton; undefined for one that is not whole there. */
function skeletonOffset({ offset, size }: Section, detached: readonly DetachedRange[]): number | undefined {
  let cut = 0;
  for (const range of detached) {
    if (range.offset >= offset + size) break;
    if (range.offset + range.size > offset) return undefined;
    cut += range.size;
  }
  return offset - cut;
}

function partOf(
  section: Section,
  { detached }: Stream,
  image: bigint,
  imageSize: number,
  behind: number,
): Part | undefined {
  const { name, size, header } = section;
  // Each thread gets a copy of it: it has no place in the image.
  if (size === 0 || (header.flags & SHF_TLS) !== 0n) return undefined;
  const noBits = header.type === SHT_NOBITS;
  const offset = noBits ? 0 : skeletonOffset(section, detached);
  if (offset === undefined) return undefined;
  if ((header.flags & SHF_ALLOC) === 0n) {
    const role = POINTERS.includes(name) ? ROLE.data : ROLE.bytes;
    return noBits ? undefined : { name, role, address: behind + offset, offset, size };
  }
  const address = header.addr - image;
  if (address < 0n || address + header.size > BigInt(imageSize)) return undefined;
  return { name, role: roleOf(section), address: Number(address), offset, size };
}

export function roleOf({ name, header }: Section): number {
  if (header.type === SHT_NOBITS) return ROLE.zeros;
  if (header.type === SHT_RELA) return ROLE.relocations;
  if ((header.flags & SHF_EXECINSTR) !== 0n) return ROLE.code;
  if (FUNCTIONS.includes(name)) return ROLE.functions;
  return NO_POINTERS.includes(name) ? ROLE.bytes : ROLE.data;
}

/** The sections that two executables have in common, and that ascend in both, as ranges of recipes do. */
export function correspond(base: Image, variant: Image): Correspondence {
  const byName = new Map(variant.parts.map((part) => [`${part.role} ${part.name}`, part]));
  const pairs: Pair[] = [];
  // The offsets of a base's parts may be in any order.
  const [baseEnds, variantEnds] = [new Ends(), new Ends()];
  for (const a of base.parts.toSorted((left, right) => left.address - right.address)) {
    const b = byName.get(`${a.role} ${a.name}`);
    if (b === undefined || a.address < baseEnds.address || !variantEnds.allows(b)) continue;
    baseEnds.add(a);
    variantEnds.add(b);
    pairs.push({ role: a.role, base: a, variant: b });
  }
  return { base, variant, pairs };
}

/** How far the parts so far reach. */
class Ends {
  address = 0;
  #offset = 0;

  allows({ role, address, offset }: Part): boolean {
    return address >= this.address && (role === ROLE.zeros || offset >= this.#offset);
  }

  add({ role, address, offset, size }: Part): void {
    this.address = address + size;
    if (role !== ROLE.zeros) this.#offset = offset + size;
  }
}
