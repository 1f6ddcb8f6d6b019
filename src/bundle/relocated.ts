/** Tells where a dynamic linker writes before a program runs: System V gABI, "Relocation". */
import { readStruct } from "../engine/struct.ts";
import {
  type Elf,
  PT_INTERP,
  type Section,
  SHF_ALLOC,
  SHF_WRITE,
  SHT_REL,
  SHT_RELA,
  sectionBytes,
} from "./elf.ts";

/** A table of bitmaps instead of records. */
const SHT_RELR = 19;

/** The sections that a dynamic linker writes addresses into. */
export function relocatedSections(elf: Elf): readonly Section[] {
  if (!elf.programs.some(({ type }) => type === PT_INTERP)) return [];
  const writable = elf.sections.filter(({ header }) => (header.flags & SHF_WRITE) !== 0n);
  const tables = elf.sections.filter(({ header }) => (header.flags & SHF_ALLOC) !== 0n);
  if (tables.some(({ header }) => header.type === SHT_RELR)) return writable;
  const places = tables.flatMap((table) => placesOf(elf, table));
  return writable.filter(({ header: { addr, size } }) =>
    places.some((place) => place >= addr && place < addr + size),
  );
}

/** The addresses that a table of relocations names; none if the section is no such table. */
function placesOf(elf: Elf, table: Section): readonly bigint[] {
  const { rel } = elf.structs;
  // With an addend, a record has one word more than its two.
  const sizes = new Map([
    [SHT_REL, rel.size],
    [SHT_RELA, (rel.size / 2) * 3],
  ]);
  const size = sizes.get(table.header.type);
  if (size === undefined) return [];
  const bytes = sectionBytes(elf, table);
  return Array.from(
    { length: Math.floor(bytes.length / size) },
    (_, index) => readStruct(rel, bytes, index * size).offset,
  );
}
