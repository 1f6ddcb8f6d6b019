/**
 * Which parts of two executables correspond: what the codec (engine/request.zig) is asked with.
 *
 * Sections correspond by name. Those that are not loaded have no address: they get one behind the image, so
 * that one number tells where anything is. What is detached comes last: no part of the skeleton is predicted from
 * it, as its parts are other ones.
 */
import { align } from "./align.ts";
import type { DetachedRange, Stream } from "./detach.ts";
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

/** `Role` of engine/request.zig. */
export const ROLE = { zeros: 0, bytes: 1, code: 2, data: 3, relocations: 4, functions: 5 } as const;

/** One section, as `Span` of engine/request.zig, and its role. */
export interface Part {
  readonly name: string;
  readonly role: number;
  readonly address: number;
  /** In the stream. */
  readonly offset: number;
  readonly size: number;
}

/** One executable. */
export interface Image {
  /** Where its first segment is loaded, unless it is loaded elsewhere. */
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  readonly parts: readonly Part[];
}

/** Go's sections of functions, in executables with addresses that are fixed and others. */
const FUNCTIONS = [".gopclntab", ".data.rel.ro.gopclntab"];
/** What holds pointers, of all that is not loaded. */
const POINTERS = [".symtab", ".debug_addr", ".debug_frame"];
/** Addresses behind an image start at a multiple of this, so that they are as aligned as in the file. */
const BEHIND_ALIGN = 0x10000;
/** Detached parts start at multiples of this, wherever they are in the stream: pointers are looked for at multiples of 8. */
const DETACHED_ALIGN = 16;
/** Addresses have 32 bits. */
const SIZE_MAX = 0x7fff_ffff;

/**
 * The parts of an executable; of a file that is none, or too large, the skeleton as one part.
 *
 * @param stream what `detach` made of the file
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

/** Where a section of the skeleton is in it; undefined for one that is not whole there. */
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
  // What each thread gets a copy of has no place in the image.
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

function roleOf({ name, header }: Section): number {
  if (header.type === SHT_NOBITS) return ROLE.zeros;
  if (header.type === SHT_RELA) return ROLE.relocations;
  if ((header.flags & SHF_EXECINSTR) !== 0n) return ROLE.code;
  return FUNCTIONS.includes(name) ? ROLE.functions : ROLE.data;
}

/**
 * The request to the codec, in its layout: a `Request` and as many `Pair` of engine/request.zig.
 */
export function writeRequest(base: Image, variant: Image): Uint8Array {
  const pairs = pairUp(base.parts, variant.parts);
  const bytes = new Uint8Array(REQUEST_SIZE + pairs.length * PAIR_SIZE);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, base.address, true);
  view.setBigUint64(8, variant.address, true);
  for (const [index, value] of [base.size, variant.size, pairs.length].entries()) {
    view.setUint32(16 + index * 4, value, true);
  }
  for (const [index, [a, b]] of pairs.entries()) {
    const fields = [a.role, a.address, a.offset, a.size, b.address, b.offset, b.size];
    for (const [at, field] of fields.entries()) {
      view.setUint32(REQUEST_SIZE + index * PAIR_SIZE + at * 4, field, true);
    }
  }
  return bytes;
}

/** The same request without pairs: nothing can be predicted by it. */
export function withoutPairs(request: Uint8Array): Uint8Array {
  const head = request.slice(0, REQUEST_SIZE);
  new DataView(head.buffer).setUint32(PAIR_COUNT_OFFSET, 0, true);
  return head;
}

const REQUEST_SIZE = 32;
const PAIR_COUNT_OFFSET = 24;
const PAIR_SIZE = 28;

/** Pairs by name, those that ascend in both files; there, too, plans ascend. */
function pairUp(base: readonly Part[], variant: readonly Part[]): readonly (readonly [Part, Part])[] {
  const byName = new Map(variant.map((part) => [`${part.role} ${part.name}`, part]));
  const pairs: (readonly [Part, Part])[] = [];
  // Where a base's bytes lie among others is of no matter.
  const [baseEnds, variantEnds] = [new Ends(), new Ends()];
  for (const a of base.toSorted((left, right) => left.address - right.address)) {
    const b = byName.get(`${a.role} ${a.name}`);
    if (b === undefined || a.address < baseEnds.address || !variantEnds.allows(b)) continue;
    baseEnds.add(a);
    variantEnds.add(b);
    pairs.push([a, b]);
  }
  return pairs;
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
