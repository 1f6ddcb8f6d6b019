/**
 * Sections of finished executables that tools write anew though programs load them. `patchelf` and `prelink`
 * change what a dynamic linker reads, or move it elsewhere and clear its old place; `strip` and `objcopy`
 * take away notes.
 */
import { type Elf, ET_EXEC, type Section, SHT_NOTE, SHT_REL, SHT_RELA } from "./elf.ts";

/** Values of sh_type: gABI, "Sections", and the extensions of GNU (include/elf/common.h of binutils). */
const TYPES: ReadonlySet<number> = new Set([
  3, // SHT_STRTAB
  5, // SHT_HASH
  6, // SHT_DYNAMIC
  SHT_NOTE,
  11, // SHT_DYNSYM
  0x6ffffff6, // SHT_GNU_HASH
  0x6ffffffd, // SHT_GNU_verdef
  0x6ffffffe, // SHT_GNU_verneed
  0x6fffffff, // SHT_GNU_versym
]);
/** Sections without a type of their own, or that Go's linker gives another than binutils do. */
const NAMES: ReadonlySet<string> = new Set([".interp", ".gnu.version", ".gnu.version_r", ".gnu.version_d"]);

/**
 * Whether tools change a section's contents in programs that go on running. Of position-independent programs,
 * relocations are not among them: those are a tenth of such a program.
 */
export function isRewritten(elf: Pick<Elf, "header">, { name, header: { type } }: Section): boolean {
  if (type === SHT_RELA || type === SHT_REL) return elf.header.type === ET_EXEC;
  return NAMES.has(name) || TYPES.has(type);
}
