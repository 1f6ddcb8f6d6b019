/** Small ELF executables with sections of any contents, odder than any linker's output. */
import { PT_LOAD } from "../../src/bundle/elf.ts";
import { EHDR64, PHDR64, SHDR64 } from "../../src/bundle/elf-structs.ts";
import { writeStruct } from "../../src/engine/struct.ts";

/** Elf64_Chdr of the System V gABI, chapter "Sections": type, reserved, size, alignment. */
export const CHDR_SIZE = 24;
const SHT_PROGBITS = 1;
const SHT_STRTAB = 3;

export interface MadeSection {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type?: number;
  readonly flags?: bigint;
}

/** The contents of a section with SHF_COMPRESSED. */
export function compressed(stream: Uint8Array, size: number, type = 1): Uint8Array {
  const header = Buffer.alloc(CHDR_SIZE);
  header.writeUInt32LE(type, 0);
  header.writeBigUInt64LE(BigInt(size), 8);
  header.writeBigUInt64LE(1n, 16);
  return Buffer.concat([header, stream]);
}

/**
 * Makes an executable of an ELF header, one program header, the sections' contents without gaps, and section
 * headers. The first section is the one that is loaded.
 */
export function makeElf(sections: readonly MadeSection[]): Buffer {
  const names = Buffer.from(`\0${[...sections.map(({ name }) => name), ".shstrtab"].join("\0")}\0`);
  const all: readonly MadeSection[] = [...sections, { name: ".shstrtab", bytes: names, type: SHT_STRTAB }];
  const start = EHDR64.size + PHDR64.size;
  const contents = Buffer.concat(all.map(({ bytes }) => bytes));
  const file = Buffer.alloc(start + contents.length + (all.length + 1) * SHDR64.size);
  contents.copy(file, start);
  const shoff = start + contents.length;
  writeStruct(EHDR64, file, 0, {
    ident: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    type: 2,
    machine: 62,
    version: 1,
    phoff: BigInt(EHDR64.size),
    shoff: BigInt(shoff),
    ehsize: EHDR64.size,
    phentsize: PHDR64.size,
    phnum: 1,
    shentsize: SHDR64.size,
    shnum: all.length + 1,
    shstrndx: all.length,
  });
  const loaded = BigInt(sections[0]?.bytes.length ?? 0);
  writeStruct(PHDR64, file, EHDR64.size, {
    type: PT_LOAD,
    flags: 5,
    offset: BigInt(start),
    vaddr: 0x400000n + BigInt(start),
    filesz: loaded,
    memsz: loaded,
    align: 4096n,
  });
  let offset = start;
  for (const [index, section] of all.entries()) {
    writeStruct(SHDR64, file, shoff + (index + 1) * SHDR64.size, {
      name: names.indexOf(`\0${section.name}\0`) + 1,
      type: section.type ?? SHT_PROGBITS,
      flags: section.flags ?? 0n,
      addr: index === 0 ? 0x400000n + BigInt(start) : 0n,
      offset: BigInt(offset),
      size: BigInt(section.bytes.length),
      addralign: 1n,
    });
    offset += section.bytes.length;
  }
  return file;
}
