/**
 * Changes that a variant makes to its base, and whether a program asks for its own file. Here is which
 * sections are looked at; the engine does the rest.
 *
 * A level that changes nothing outside of Go's own runtime gains a program next to nothing.
 */
import { type ChangeCounts, type Changes, findOwnFile, measureChanges } from "../engine/changes.ts";
import type { Pair, Span } from "../engine/request.ts";
import { ROLE } from "../engine/wire.ts";
import { roleOf } from "./correspondence.ts";
import {
  type Elf,
  PT_LOAD,
  type Section,
  SHF_ALLOC,
  SHF_TLS,
  SHT_NOBITS,
  SHT_NOTE,
  tryParseElf,
} from "./elf.ts";

/**
 * Sections that follow from the code, and so differ where it does: how to unwind the stack, and the checksum
 * that crypto/internal/fips140 has of its own code.
 */
const DERIVED = [".eh_frame", ".eh_frame_hdr", ".go.fipsinfo"];
/** Addresses have 32 bits in the engine. */
const SIZE_MAX = 0x7fff_ffff;

/**
 * Measures what a variant changes of its base, both whole executables.
 *
 * @returns undefined if it cannot be told: sections are missing in one of them, Go's table of functions
 * cannot be read, or there is no memory
 * @throws MgoError if the engine is unavailable
 */
export async function findChanges(base: Uint8Array, variant: Uint8Array): Promise<Changes | undefined> {
  const [a, b] = [base, variant].map(readSections);
  if (a === undefined || b === undefined || a.architecture !== b.architecture) return undefined;
  if (a.parts.length !== b.parts.length) return undefined;
  const pairs: Pair[] = [];
  for (const [index, part] of a.parts.entries()) {
    const other = b.parts[index];
    if (other === undefined || other.name !== part.name || other.role !== part.role) return undefined;
    pairs.push({ role: part.role, base: part, variant: other });
  }
  return await measureChanges(base, variant, { base: a, variant: b, pairs }, a.architecture);
}

/**
 * Finds the packages of a program that ask for its own file (os.Executable), sorted, as far as calls tell.
 *
 * @returns undefined if the program does not, or it cannot be told
 * @throws as `findChanges`
 */
export async function findAskers(file: Uint8Array): Promise<readonly string[] | undefined> {
  const sections = readSections(file);
  if (sections === undefined) return undefined;
  const pairs = sections.parts.map((part) => ({ role: part.role, base: part, variant: part }));
  return await findOwnFile(file, { base: sections, variant: sections, pairs }, sections.architecture);
}

/** Whether a variant may gain a program something: where it cannot be told, it does. */
export function changesProgram(changes: ChangeCounts | undefined): boolean {
  return changes === undefined || changes.program.functions > 0 || changes.dataSize > 0;
}

interface Sections {
  /** The image's start, and its size in bytes. */
  readonly address: bigint;
  readonly size: number;
  readonly architecture: Elf["architecture"];
  readonly parts: readonly (Span & { readonly name: string; readonly role: number })[];
}

/** The sections to compare, in their order; undefined if an executable does not tell. */
function readSections(file: Uint8Array): Sections | undefined {
  const elf = tryParseElf(file);
  const image = elf && readExtent(elf);
  if (elf === undefined || image === undefined) return undefined;
  const compared = elf.sections.filter(isCompared);
  const parts = compared.map((section) => {
    const { name, offset, header } = section;
    const role = isDerived(section) ? ROLE.zeros : roleOf(section);
    const address = Number(header.addr - image.address);
    return { name, role, address, offset: role === ROLE.zeros ? 0 : offset, size: Number(header.size) };
  });
  const isInside = parts.every(({ address, size }) => address >= 0 && address + size <= image.size);
  return isInside && parts.length > 0 ? { ...image, architecture: elf.architecture, parts } : undefined;
}

function readExtent({ programs }: Elf): { readonly address: bigint; readonly size: number } | undefined {
  const loads = programs.filter(({ type }) => type === PT_LOAD);
  const [first] = loads;
  if (first === undefined) return undefined;
  let [address, end] = [first.vaddr, 0n];
  for (const { vaddr, memsz } of loads) {
    if (vaddr < address) address = vaddr;
    if (vaddr + memsz > end) end = vaddr + memsz;
  }
  return end - address > SIZE_MAX ? undefined : { address, size: Number(end - address) };
}

/** Zeros of threads take no place in the image, and their size stands in the code. */
function isCompared({ header }: Section): boolean {
  if ((header.flags & SHF_ALLOC) === 0n || header.size === 0n) return false;
  return header.type !== SHT_NOBITS || (header.flags & SHF_TLS) === 0n;
}

/** Whether only a section's place and size count. Notes have the build's ID. */
function isDerived({ name, header }: Section): boolean {
  return header.type === SHT_NOTE || DERIVED.includes(name);
}
