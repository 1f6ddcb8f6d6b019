/**
 * Reads the ELF files that mgo deals with: executables for Linux on the architecture that it builds for.
 *
 * The input is untrusted: every offset is checked before it is followed. Field names and values are those
 * of the System V gABI (elf.h); struct layouts from its chapters "ELF Header", "Sections" and "Program
 * Header".
 */
import { ARCHITECTURES } from "../engine/levels.ts";
import { readStruct, type Values } from "../engine/struct.ts";
import { ARCHITECTURE } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";

export const EHDR = {
  size: 64,
  fields: {
    ident: { offset: 0, size: 16, type: "bytes" },
    type: { offset: 16, size: 2, type: "u16" },
    machine: { offset: 18, size: 2, type: "u16" },
    version: { offset: 20, size: 4, type: "u32" },
    entry: { offset: 24, size: 8, type: "u64" },
    phoff: { offset: 32, size: 8, type: "u64" },
    shoff: { offset: 40, size: 8, type: "u64" },
    flags: { offset: 48, size: 4, type: "u32" },
    ehsize: { offset: 52, size: 2, type: "u16" },
    phentsize: { offset: 54, size: 2, type: "u16" },
    phnum: { offset: 56, size: 2, type: "u16" },
    shentsize: { offset: 58, size: 2, type: "u16" },
    shnum: { offset: 60, size: 2, type: "u16" },
    shstrndx: { offset: 62, size: 2, type: "u16" },
  },
} as const;

export const PHDR = {
  size: 56,
  fields: {
    type: { offset: 0, size: 4, type: "u32" },
    flags: { offset: 4, size: 4, type: "u32" },
    offset: { offset: 8, size: 8, type: "u64" },
    vaddr: { offset: 16, size: 8, type: "u64" },
    paddr: { offset: 24, size: 8, type: "u64" },
    filesz: { offset: 32, size: 8, type: "u64" },
    memsz: { offset: 40, size: 8, type: "u64" },
    align: { offset: 48, size: 8, type: "u64" },
  },
} as const;

export const SHDR = {
  size: 64,
  fields: {
    name: { offset: 0, size: 4, type: "u32" },
    type: { offset: 4, size: 4, type: "u32" },
    flags: { offset: 8, size: 8, type: "u64" },
    addr: { offset: 16, size: 8, type: "u64" },
    offset: { offset: 24, size: 8, type: "u64" },
    size: { offset: 32, size: 8, type: "u64" },
    link: { offset: 40, size: 4, type: "u32" },
    info: { offset: 44, size: 4, type: "u32" },
    addralign: { offset: 48, size: 8, type: "u64" },
    entsize: { offset: 56, size: 8, type: "u64" },
  },
} as const;

export const DYN = {
  size: 16,
  fields: {
    tag: { offset: 0, size: 8, type: "u64" },
    value: { offset: 8, size: 8, type: "u64" },
  },
} as const;

export const ET_EXEC = 2;
const ET_DYN = 3;
export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_NOTE = 4;
export const PT_PHDR = 6;
/** An extension of the GNU ABI (include/elf/common.h of binutils). */
export const PT_GNU_PROPERTY = 0x6474e553;
export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;
export const SHT_NULL = 0;
export const SHT_PROGBITS = 1;
export const SHT_RELA = 4;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;
/** Section numbers from here on are reserved: the ELF header cannot count more sections. */
export const SHN_LORESERVE = 0xff00;
export const SHF_WRITE = 1n;
export const SHF_ALLOC = 2n;
export const SHF_EXECINSTR = 4n;
export const SHF_TLS = 0x400n;
export const SHF_COMPRESSED = 0x800n;

const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;
/** No linker makes longer names; without a limit, 65,535 sections could each be named by the whole file. */
const SECTION_NAME_MAX = 256;
const ELFDATA2LSB = 1;

type ElfHeader = Values<typeof EHDR>;
export type Program = Values<typeof PHDR>;

/** A section header with the section's name, and the place of its contents as numbers. */
export interface Section {
  readonly name: string;
  /** Bytes from the start of the file; the range is within the file unless the type is SHT_NOBITS. */
  readonly offset: number;
  /** In bytes. */
  readonly size: number;
  readonly header: Values<typeof SHDR>;
}

export interface Elf {
  readonly bytes: Uint8Array;
  readonly header: ElfHeader;
  readonly programs: readonly Program[];
  readonly sections: readonly Section[];
}

/** Whether the bytes start as an ELF file of any kind does. */
function isElf(bytes: Uint8Array): boolean {
  return ELF_MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads headers, program headers and sections of an executable.
 *
 * @param name what to call the file in messages
 * @throws MgoError if the file is no such executable, or is damaged or cut short
 */
export function parseElf(bytes: Uint8Array, name: string): Elf {
  if (!isElf(bytes)) throw new MgoError(`${name} is no ELF executable`);
  if (bytes.length < EHDR.size) throw new MgoError(`${name} is cut short: no whole ELF header`);
  const header = readStruct(EHDR, bytes, 0);
  const { elfClass, elfMachine } = ARCHITECTURES[ARCHITECTURE];
  const [eiClass, eiData] = header.ident.subarray(4);
  if (eiClass !== elfClass || eiData !== ELFDATA2LSB || header.machine !== elfMachine) {
    throw new MgoError(`${name} is not for linux/${ARCHITECTURE}: its ELF header names another machine`);
  }
  if (header.type !== ET_EXEC && header.type !== ET_DYN) {
    throw new MgoError(`${name} is no executable: its ELF type is ${header.type}`);
  }
  const programs = readTable(
    PHDR,
    bytes,
    header.phoff,
    header.phnum,
    header.phentsize,
    name,
    "program headers",
  );
  const headers = readTable(
    SHDR,
    bytes,
    header.shoff,
    header.shnum,
    header.shentsize,
    name,
    "section headers",
  );
  return { bytes, header, programs, sections: readSections(bytes, headers, header.shstrndx, name) };
}

/** The same; undefined where `parseElf` throws. */
export function tryParseElf(bytes: Uint8Array): Elf | undefined {
  try {
    return parseElf(bytes, "");
  } catch {
    return undefined;
  }
}

function readTable<S extends typeof PHDR | typeof SHDR>(
  struct: S,
  bytes: Uint8Array,
  offset: bigint,
  count: number,
  entrySize: number,
  name: string,
  what: string,
): readonly Values<S>[] {
  if (count === 0) return [];
  if (entrySize !== struct.size) throw new MgoError(`${name} is damaged: ${what} of ${entrySize} bytes`);
  if (offset + BigInt(count * struct.size) > BigInt(bytes.length)) {
    throw new MgoError(`${name} is cut short: its ${what} lie past the end of the file`);
  }
  return Array.from({ length: count }, (_, i) => readStruct(struct, bytes, Number(offset) + i * struct.size));
}

function readSections(
  bytes: Uint8Array,
  headers: readonly Values<typeof SHDR>[],
  namesIndex: number,
  name: string,
): readonly Section[] {
  const namesHeader = headers[namesIndex];
  if (namesHeader === undefined) return [];
  const names = contents(bytes, namesHeader, name);
  return headers.map((header) => {
    const start = header.name;
    const length = names.subarray(start, start + SECTION_NAME_MAX).indexOf(0);
    if (length < 0) throw new MgoError(`${name} is damaged: a section's name is out of bounds`);
    contents(bytes, header, name);
    return {
      name: Buffer.from(names.subarray(start, start + length)).toString("latin1"),
      offset: Number(header.offset),
      size: Number(header.size),
      header,
    };
  });
}

function contents(bytes: Uint8Array, header: Values<typeof SHDR>, name: string): Uint8Array {
  if (header.type === SHT_NOBITS) return new Uint8Array();
  if (header.offset + header.size > BigInt(bytes.length)) {
    throw new MgoError(`${name} is cut short: a section lies past the end of the file`);
  }
  return bytes.subarray(Number(header.offset), Number(header.offset + header.size));
}

/** The section of that name, if the file has one. */
export function findSection(elf: Elf, name: string): Section | undefined {
  return elf.sections.find((section) => section.name === name);
}

/** A section's bytes in the file: a view, empty for SHT_NOBITS. */
export function sectionBytes(elf: Elf, section: Section): Uint8Array {
  if (section.header.type === SHT_NOBITS) return new Uint8Array();
  return elf.bytes.subarray(section.offset, section.offset + section.size);
}
