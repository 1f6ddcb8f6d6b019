/**
 * Facts that package managers look for in an executable: the libraries that it needs (dpkg-shlibdeps, rpm's
 * elfdeps) and the paths of other packages (Nix, Guix). The variants of a packed bundle are compressed, so it
 * has copies of these, in sections that are not loaded. No program header leads to them: the kernel, a
 * dynamic linker and the launcher see nothing of them.
 */
import { readStruct, writeStruct } from "../engine/struct.ts";
import { type Elf, type Section, SHN_LORESERVE, SHT_PROGBITS, sectionBytes } from "./elf.ts";
import type { Shdr } from "./elf-structs.ts";

/** A section to add to a file. */
export interface Unloaded {
  readonly name: string;
  readonly contents: Uint8Array;
  /** Name of the section that its header links to; undefined if it links to none. */
  readonly linked?: string | undefined;
  readonly header: Pick<Shdr, "type" | "info" | "entsize">;
}

const SECTION_DYNAMIC = ".dynamic";
const SECTION_SYMBOLS = ".dynsym";
/** Tools find them by their names, or by the types and links of their headers. */
const COPIED = [SECTION_DYNAMIC, SECTION_SYMBOLS, ".dynstr", ".gnu.version", ".gnu.version_r"];
/** Defined, in no section (gABI, "Special Section Indexes"). */
const SHN_ABS = 0xfff1;
const SHN_UNDEF = 0;

const SECTION_PATHS = ".mgo.paths";
/** Folders of package managers that search a package's files for names of others, of a hash and a word. */
const STORES = ["/nix/store/", "/gnu/store/"];
const STORE_NAME = /^[0-9a-z]{32}-[\w+.?=-]+/;
/** Nix allows 211 bytes. */
const STORE_NAME_MAX = 256;

/** The sections for a bundle of these variants. Libraries are those of the first: levels change code. */
export function dependencySections(variants: readonly [Elf, ...Elf[]]): readonly Unloaded[] {
  const paths = [...new Set(variants.flatMap(storePaths))].sort();
  if (paths.length === 0) return dynamicSections(variants[0]);
  const header = { type: SHT_PROGBITS, info: 0, entsize: 0n };
  const contents = Buffer.from(paths.map((path) => `${path}\0`).join(""));
  return [...dynamicSections(variants[0]), { name: SECTION_PATHS, contents, header }];
}

/** None for an executable that needs no libraries. */
function dynamicSections(elf: Elf): readonly Unloaded[] {
  if (elf.sections.every(({ name }) => name !== SECTION_DYNAMIC)) return [];
  return elf.sections
    .filter(({ name }) => COPIED.includes(name))
    .map((section) => ({
      name: section.name,
      contents: section.name === SECTION_SYMBOLS ? withoutSections(elf, section) : sectionBytes(elf, section),
      linked: elf.sections[section.header.link]?.name,
      header: section.header,
    }));
}

/** The table of symbols, of which those that are defined are in no section: the bundle has others. */
function withoutSections(elf: Elf, section: Section): Uint8Array {
  const { sym } = elf.structs;
  const table = Uint8Array.from(sectionBytes(elf, section));
  for (let at = 0; at + sym.size <= table.length; at += sym.size) {
    const { shndx } = readStruct(sym, table, at);
    if (shndx !== SHN_UNDEF && shndx < SHN_LORESERVE) writeStruct(sym, table, at, { shndx: SHN_ABS });
  }
  return table;
}

/** The paths of other packages that an executable mentions, without what follows their names. */
function storePaths({ bytes }: Elf): readonly string[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: string[] = [];
  for (const store of STORES) {
    for (let at = file.indexOf(store); at >= 0; at = file.indexOf(store, at + 1)) {
      const start = at + store.length;
      const name = STORE_NAME.exec(file.toString("latin1", start, start + STORE_NAME_MAX));
      if (name !== null) found.push(store + name[0]);
    }
  }
  return found;
}
