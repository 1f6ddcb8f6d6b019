/** Finds space for one more program header in an executable whose other bytes stay where they are. */
import { MgoError } from "../system/error.ts";
import {
  type Elf,
  ET_EXEC,
  type Program,
  PT_GNU_PROPERTY,
  PT_LOAD,
  PT_NOTE,
  PT_PHDR,
  SHT_NOBITS,
  SHT_NULL,
} from "./elf.ts";

/**
 * The program headers with one added. In the order of preference:
 *
 * - behind the table. Go's own linker leaves room between the table and the first section, where it puts the
 *   section headers, which the caller moves;
 * - in place of PT_GNU_PROPERTY, where a PT_NOTE says the same: Linux on x86-64 looks at neither, and glibc's
 *   dynamic linker (rtld_setup_main_map) takes the note where there is no property. GNU ld makes both;
 * - in place of PT_PHDR in a program that is not position-independent. That gives the table's address, which
 *   only serves to find out how far the program was moved; the kernel puts it into the auxiliary vector, too.
 *
 * @param added a PT_LOAD above all others
 * @returns them with the PT_LOADs in ascending order, as the kernel wants them
 * @throws MgoError if there is no room
 */
export function findSlot(elf: Elf, added: Program, name: string): readonly Program[] {
  const { header, programs, structs } = elf;
  if (header.phoff < BigInt(structs.ehdr.size)) {
    throw new MgoError(`${name} is damaged: its program headers overlap its ELF header`);
  }
  if (hasRoomBehind(elf)) {
    const grown = programs.map((program) =>
      program.type === PT_PHDR ? withSize(program, (programs.length + 1) * structs.phdr.size) : program,
    );
    return insert(grown, added);
  }
  const spare = programs.find((program) => isSpare(program, elf));
  if (spare !== undefined) {
    return insert(
      programs.filter((program) => program !== spare),
      added,
    );
  }
  throw new MgoError(`${name} has no room for the program header that the direct layout adds`, {
    hint: "use -mgo.layout=packed, or CGO_ENABLED=0, or -buildmode=exe with shared C libraries",
  });
}

export type { Program } from "./elf.ts";

function hasRoomBehind({ structs: { phdr }, header, programs, sections, bytes }: Elf): boolean {
  const table = header.phoff;
  const from = table + BigInt(programs.length * phdr.size);
  const to = from + BigInt(phdr.size);
  const uses = (offset: bigint, size: bigint): boolean => offset < to && offset + size > from;
  const inSection = sections.some(
    ({ header: { type, offset, size } }) =>
      type !== SHT_NULL && type !== SHT_NOBITS && size > 0n && uses(offset, size),
  );
  // A segment that holds the table as well holds what is between the table and its first section.
  const inSegment = programs.some(({ offset, filesz }) => offset > table && uses(offset, filesz));
  const isLoaded = programs.some(
    ({ type, offset, filesz }) => type === PT_LOAD && offset <= table && offset + filesz >= to,
  );
  return !inSection && !inSegment && isLoaded && to <= BigInt(bytes.length);
}

function isSpare(program: Program, { header, programs }: Elf): boolean {
  if (program.type === PT_PHDR) return header.type === ET_EXEC;
  if (program.type !== PT_GNU_PROPERTY) return false;
  const isNoted = ({ type, offset, filesz }: Program): boolean =>
    type === PT_NOTE && offset <= program.offset && offset + filesz >= program.offset + program.filesz;
  return programs.some(isNoted);
}

/** Behind the last PT_LOAD. */
function insert(programs: readonly Program[], added: Program): readonly Program[] {
  const last = programs.findLastIndex(({ type }) => type === PT_LOAD);
  return programs.toSpliced(last + 1, 0, added);
}

function withSize(program: Program, size: number): Program {
  return { ...program, filesz: BigInt(size), memsz: BigInt(size) };
}
