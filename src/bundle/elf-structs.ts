/**
 * The structs of ELF files in both classes, of 64 and of 32 bits: System V gABI, chapters "ELF Header",
 * "Sections", "Symbol Table", "Relocation", "Program Header" and "Dynamic Section".
 */
import type { Values } from "../engine/struct.ts";

export const EHDR64 = {
  size: 64,
  fields: {
    ident: { offset: 0, size: 16, type: "bytes" },
    type: { offset: 16, size: 2, type: "u16" },
    machine: { offset: 18, size: 2, type: "u16" },
    version: { offset: 20, size: 4, type: "u32" },
    entry: { offset: 24, size: 8, type: "address" },
    phoff: { offset: 32, size: 8, type: "address" },
    shoff: { offset: 40, size: 8, type: "address" },
    flags: { offset: 48, size: 4, type: "u32" },
    ehsize: { offset: 52, size: 2, type: "u16" },
    phentsize: { offset: 54, size: 2, type: "u16" },
    phnum: { offset: 56, size: 2, type: "u16" },
    shentsize: { offset: 58, size: 2, type: "u16" },
    shnum: { offset: 60, size: 2, type: "u16" },
    shstrndx: { offset: 62, size: 2, type: "u16" },
  },
} as const;

export const PHDR64 = {
  size: 56,
  fields: {
    type: { offset: 0, size: 4, type: "u32" },
    flags: { offset: 4, size: 4, type: "u32" },
    offset: { offset: 8, size: 8, type: "address" },
    vaddr: { offset: 16, size: 8, type: "address" },
    paddr: { offset: 24, size: 8, type: "address" },
    filesz: { offset: 32, size: 8, type: "address" },
    memsz: { offset: 40, size: 8, type: "address" },
    align: { offset: 48, size: 8, type: "address" },
  },
} as const;

export const SHDR64 = {
  size: 64,
  fields: {
    name: { offset: 0, size: 4, type: "u32" },
    type: { offset: 4, size: 4, type: "u32" },
    flags: { offset: 8, size: 8, type: "address" },
    addr: { offset: 16, size: 8, type: "address" },
    offset: { offset: 24, size: 8, type: "address" },
    size: { offset: 32, size: 8, type: "address" },
    link: { offset: 40, size: 4, type: "u32" },
    info: { offset: 44, size: 4, type: "u32" },
    addralign: { offset: 48, size: 8, type: "address" },
    entsize: { offset: 56, size: 8, type: "address" },
  },
} as const;

const DYN64 = {
  size: 16,
  fields: {
    tag: { offset: 0, size: 8, type: "address" },
    value: { offset: 8, size: 8, type: "address" },
  },
} as const;

const CHDR64 = {
  size: 24,
  fields: {
    type: { offset: 0, size: 4, type: "u32" },
    size: { offset: 8, size: 8, type: "address" },
  },
} as const;

/** The fields that mgo looks at. */
const SYM64 = { size: 24, fields: { shndx: { offset: 6, size: 2, type: "u16" } } } as const;

const REL64 = { size: 16, fields: { offset: { offset: 0, size: 8, type: "address" } } } as const;

const EHDR32 = {
  size: 52,
  fields: {
    ident: { offset: 0, size: 16, type: "bytes" },
    type: { offset: 16, size: 2, type: "u16" },
    machine: { offset: 18, size: 2, type: "u16" },
    version: { offset: 20, size: 4, type: "u32" },
    entry: { offset: 24, size: 4, type: "address" },
    phoff: { offset: 28, size: 4, type: "address" },
    shoff: { offset: 32, size: 4, type: "address" },
    flags: { offset: 36, size: 4, type: "u32" },
    ehsize: { offset: 40, size: 2, type: "u16" },
    phentsize: { offset: 42, size: 2, type: "u16" },
    phnum: { offset: 44, size: 2, type: "u16" },
    shentsize: { offset: 46, size: 2, type: "u16" },
    shnum: { offset: 48, size: 2, type: "u16" },
    shstrndx: { offset: 50, size: 2, type: "u16" },
  },
} as const;

const PHDR32 = {
  size: 32,
  fields: {
    type: { offset: 0, size: 4, type: "u32" },
    offset: { offset: 4, size: 4, type: "address" },
    vaddr: { offset: 8, size: 4, type: "address" },
    paddr: { offset: 12, size: 4, type: "address" },
    filesz: { offset: 16, size: 4, type: "address" },
    memsz: { offset: 20, size: 4, type: "address" },
    flags: { offset: 24, size: 4, type: "u32" },
    align: { offset: 28, size: 4, type: "address" },
  },
} as const;

const SHDR32 = {
  size: 40,
  fields: {
    name: { offset: 0, size: 4, type: "u32" },
    type: { offset: 4, size: 4, type: "u32" },
    flags: { offset: 8, size: 4, type: "address" },
    addr: { offset: 12, size: 4, type: "address" },
    offset: { offset: 16, size: 4, type: "address" },
    size: { offset: 20, size: 4, type: "address" },
    link: { offset: 24, size: 4, type: "u32" },
    info: { offset: 28, size: 4, type: "u32" },
    addralign: { offset: 32, size: 4, type: "address" },
    entsize: { offset: 36, size: 4, type: "address" },
  },
} as const;

const DYN32 = {
  size: 8,
  fields: {
    tag: { offset: 0, size: 4, type: "address" },
    value: { offset: 4, size: 4, type: "address" },
  },
} as const;

const CHDR32 = {
  size: 12,
  fields: {
    type: { offset: 0, size: 4, type: "u32" },
    size: { offset: 4, size: 4, type: "address" },
  },
} as const;

const SYM32 = { size: 16, fields: { shndx: { offset: 14, size: 2, type: "u16" } } } as const;

const REL32 = { size: 8, fields: { offset: { offset: 0, size: 4, type: "address" } } } as const;

export type Ehdr = Values<typeof EHDR64>;
export type Phdr = Values<typeof PHDR64>;
export type Shdr = Values<typeof SHDR64>;
export type Dyn = Values<typeof DYN64>;

/** The class's offset in e_ident; the data encoding follows. */
export const EI_CLASS = 4;
export const ELFCLASS32 = 1;
const ELFCLASS64 = 2;

/** By EI_CLASS. Fields of one name have values of one type. */
const STRUCTS = {
  [ELFCLASS32]: {
    ehdr: EHDR32,
    phdr: PHDR32,
    shdr: SHDR32,
    dyn: DYN32,
    chdr: CHDR32,
    sym: SYM32,
    rel: REL32,
  },
  [ELFCLASS64]: {
    ehdr: EHDR64,
    phdr: PHDR64,
    shdr: SHDR64,
    dyn: DYN64,
    chdr: CHDR64,
    sym: SYM64,
    rel: REL64,
  },
} as const;

export type Structs = (typeof STRUCTS)[keyof typeof STRUCTS];

/** The structs of a class; undefined for one that there is not. */
export function structsOf(elfClass: number | undefined): Structs | undefined {
  return elfClass === ELFCLASS32 || elfClass === ELFCLASS64 ? STRUCTS[elfClass] : undefined;
}
