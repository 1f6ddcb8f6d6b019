/**
 * Reads the ELF files that mgo deals with: executables for Linux on the architectures that have levels.
 *
 * The input is untrusted: every offset is checked before it is followed. Field names and values are those
 * of the System V gABI (elf.h).
 */
import { readStruct, type Values } from "../engine/struct.ts";
import { ARCHITECTURE_NAMES, type Architecture, architectureOfElf } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { type Ehdr, EI_CLASS, type Phdr, type Shdr, type Structs, structsOf } from "./elf-structs.ts";

export type Program = Phdr;

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
export const SHT_REL = 9;
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

/** A section header with the section's name, and the place of its contents as numbers. */
export interface Section {
  readonly name: string;
  /** Bytes from the start of the file; the range is within the file unless the type is SHT_NOBITS. */
  readonly offset: number;
  /** In bytes. */
  readonly size: number;
  readonly header: Shdr;
}

export interface Elf {
  readonly bytes: Uint8Array;
  readonly architecture: Architecture;
  /** Those of its class. */
  readonly structs: Structs;
  readonly header: Ehdr;
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
  const [eiClass, eiData] = bytes.subarray(EI_CLASS);
  const structs = structsOf(eiClass);
  if (structs === undefined || eiData !== ELFDATA2LSB) throw otherMachine(name);
  const { ehdr, phdr, shdr } = structs;
  if (bytes.length < ehdr.size) throw new MgoError(`${name} is cut short: no whole ELF header`);
  const header = readStruct(ehdr, bytes, 0);
  const architecture = architectureOfElf(header.machine, eiClass ?? 0);
  if (architecture === undefined) throw otherMachine(name);
  if (header.type !== ET_EXEC && header.type !== ET_DYN) {
    throw new MgoError(`${name} is no executable: its ELF type is ${header.type}`);
  }
  const { phoff, phnum, phentsize, shoff, shnum, shentsize } = header;
  const programs = readTable(phdr, bytes, phoff, phnum, phentsize, name, "program headers");
  const headers = readTable(shdr, bytes, shoff, shnum, shentsize, name, "section headers");
  const sections = readSections(bytes, headers, header.shstrndx, name);
  return { bytes, architecture, structs, header, programs, sections };
}

function otherMachine(name: string): MgoError {
  const targets = ARCHITECTURE_NAMES.map((architecture) => `linux/${architecture}`).join(", ");
  return new MgoError(`${name} is not for ${targets}: its ELF header names another machine`);
}

/** The same; undefined where `parseElf` throws. */
export function tryParseElf(bytes: Uint8Array): Elf | undefined {
  try {
    return parseElf(bytes, "");
  } catch {
    return undefined;
  }
}

function readTable<S extends Structs["phdr" | "shdr"]>(
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
  headers: readonly Shdr[],
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

function contents(bytes: Uint8Array, header: Shdr, name: string): Uint8Array {
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
