/**
 * The bundle of the direct layout as an ELF file: the base, and one loaded segment more, with a section of
 * its own, that holds the launcher's block and the payload.
 *
 * The base keeps its bytes, but for the ELF header and the program headers. Everything else is appended: the
 * segment, the names of the sections and the section headers, whose old places are left as they were. Tools
 * that rewrite executables (strip, objcopy) keep the contents of sections only, so everything that is needed
 * lies in one.
 */
import { PAYLOAD_ALIGN, SECTION_PAYLOAD } from "../engine/format.ts";
import { writeStruct } from "../engine/struct.ts";
import { MgoError } from "../system/error.ts";
import { align, alignAddress } from "./align.ts";
import { findBuildId, type Range } from "./build-id.ts";
import {
  type Elf,
  PF_R,
  PF_X,
  PT_LOAD,
  SHF_ALLOC,
  SHN_LORESERVE,
  SHT_PROGBITS,
  sectionBytes,
} from "./elf.ts";
import { EI_CLASS, ELFCLASS32 } from "./elf-structs.ts";
import type { Block } from "./image.ts";
import { findSlot, type Program } from "./slot.ts";

/** No program has higher addresses, by bits of its class: in 64 bits, those of four levels of page tables. */
const ADDRESS_END = { 32: 2n ** 32n, 64: 2n ** 47n } as const;
const SHDR_ALIGN = 8;

/** The places of things in the bundle. */
export interface DirectPlacement {
  /** The base's name in messages. */
  readonly name: string;
  readonly base: Elf;
  readonly block: Uint8Array;
  /** The added segment's offset in the file. */
  readonly offset: number;
  /** The added segment's address. */
  readonly address: bigint;
  /** The program headers, the added one among them. */
  readonly programs: readonly Program[];
  /** The base's build ID, which the bundle has another in place of. */
  readonly buildId: Range | undefined;
  /** The overwritten ranges of the base: ascending, without overlaps. */
  readonly overwritten: readonly Range[];
}

/**
 * Finds places for all that is added to the base.
 *
 * @param block the launcher's
 * @param name what to call the base in messages
 * @throws MgoError if the base leaves no room for a program header, or no segment can be added to it
 */
export function placeDirect(base: Elf, { bytes: block, page }: Block, name: string): DirectPlacement {
  const { header, bytes, structs } = base;
  const loads = base.programs.filter(({ type }) => type === PT_LOAD);
  const ends = loads.map(({ vaddr, memsz }) => vaddr + memsz);
  const ascending = loads.every(({ vaddr }, index) => index === 0 || vaddr >= (ends[index - 1] ?? 0n));
  const address = alignAddress(ends.at(-1) ?? 0n, page);
  if (loads.length === 0 || !ascending || address >= addressEnd(base)) {
    throw new MgoError(`${name} is damaged: its segments are not in the order of their addresses`);
  }
  const isEntry = ({ vaddr, memsz, flags }: Program): boolean =>
    (flags & PF_X) !== 0 && header.entry >= vaddr && header.entry < vaddr + memsz;
  if (!loads.some(isEntry)) throw new MgoError(`${name} is damaged: its entry is in none of its segments`);
  if (base.sections.length + 1 >= SHN_LORESERVE) {
    throw new MgoError(`${name} has too many sections to add one; use -mgo.layout=packed`);
  }

  const offset = align(bytes.length, page);
  const added: Program = {
    type: PT_LOAD,
    flags: PF_R | PF_X,
    offset: BigInt(offset),
    vaddr: address,
    paddr: address,
    filesz: 0n,
    memsz: 0n,
    align: BigInt(page),
  };
  const programs = findSlot(base, added, name);
  const table = { offset: Number(header.phoff), size: programs.length * structs.phdr.size };
  const found = findBuildId(base);
  const buildId = found !== undefined && found.offset >= table.offset + table.size ? found : undefined;
  return {
    name,
    base,
    block,
    offset,
    address,
    programs,
    buildId,
    overwritten: [{ offset: 0, size: structs.ehdr.size }, table, ...(buildId === undefined ? [] : [buildId])],
  };
}

function addressEnd({ header }: Elf): bigint {
  return ADDRESS_END[header.ident[EI_CLASS] === ELFCLASS32 ? 32 : 64];
}

/** The payload's address, as the bundle is linked. */
export function payloadAddress(placement: DirectPlacement): bigint {
  return placement.address + BigInt(placement.block.length);
}

/**
 * Puts the launcher's block and the payload into the base.
 *
 * @param entry of the block, in bytes from its start
 * @returns the bundle file in pieces
 * @throws MgoError if the base leaves no addresses for them
 */
export function fillDirect(
  placement: DirectPlacement,
  entry: number,
  payload: readonly Uint8Array[],
): readonly Uint8Array[] {
  const { base, block, offset, address } = placement;
  const { ehdr, phdr, shdr } = base.structs;
  const size = payload.reduce((sum, { length }) => sum + length, block.length);
  if (address + BigInt(size) > addressEnd(base)) {
    throw new MgoError(
      `${placement.name} leaves no addresses for the other variants; use -mgo.layout=packed`,
    );
  }
  const names = Buffer.concat([sectionNames(base), Buffer.from(`${SECTION_PAYLOAD}\0`)]);
  const namesOffset = offset + size;
  const tableOffset = align(namesOffset + names.length, SHDR_ALIGN);

  // In one piece: what is written in small ones or at odd places lies in the page cache in small pages, which
  // made a start of the base 0.2 ms longer until the machine's next.
  const head = new Uint8Array(offset + block.length);
  head.set(base.bytes);
  head.set(block, offset);
  writeStruct(ehdr, head, 0, {
    entry: address + BigInt(entry),
    shoff: BigInt(tableOffset),
    phnum: placement.programs.length,
    shnum: base.sections.length + 1,
  });
  for (const [index, program] of placement.programs.entries()) {
    const own = program.type === PT_LOAD && program.vaddr === address;
    const sizes = own ? { filesz: BigInt(size), memsz: BigInt(size) } : {};
    writeStruct(phdr, head, Number(base.header.phoff) + index * phdr.size, { ...program, ...sizes });
  }

  const table = new Uint8Array((base.sections.length + 1) * shdr.size);
  for (const [index, { header }] of base.sections.entries()) {
    const moved =
      index === base.header.shstrndx ? { offset: BigInt(namesOffset), size: BigInt(names.length) } : {};
    writeStruct(shdr, table, index * shdr.size, { ...header, ...moved });
  }
  writeStruct(shdr, table, base.sections.length * shdr.size, {
    name: names.length - SECTION_PAYLOAD.length - 1,
    type: SHT_PROGBITS,
    flags: SHF_ALLOC,
    addr: address,
    offset: BigInt(offset),
    size: BigInt(size),
    addralign: BigInt(PAYLOAD_ALIGN),
  });
  return [head, ...payload, names, new Uint8Array(tableOffset - namesOffset - names.length), table];
}

function sectionNames(elf: Elf): Uint8Array {
  const section = elf.sections[elf.header.shstrndx];
  return section === undefined ? new Uint8Array() : sectionBytes(elf, section);
}
