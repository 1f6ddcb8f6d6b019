/** Reads what an executable asks of the dynamic linker: see "Dynamic Section" in the System V gABI. */
import { readStruct } from "../engine/struct.ts";
import { type Elf, type Program, PT_DYNAMIC, PT_LOAD } from "./elf.ts";
import type { Dyn } from "./elf-structs.ts";

const DT_NULL = 0n;
const DT_STRTAB = 5n;
/** DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_AUXILIARY, DT_FILTER: strings in which ld.so replaces $ORIGIN. */
const PATHS: ReadonlySet<bigint> = new Set([1n, 15n, 29n, 0x7ffffffdn, 0x7fffffffn]);
const ORIGIN = /\$(ORIGIN|\{ORIGIN\})/;

/** Whether the dynamic linker looks for libraries from where the executable is. */
export function usesOrigin(elf: Elf): boolean {
  const dynamic = elf.programs.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return false;
  const entries = readEntries(elf, dynamic);
  const strings = fileOffset(elf, entries.find(({ tag }) => tag === DT_STRTAB)?.value ?? 0n);
  if (strings === undefined) return false;
  return entries.some(({ tag, value }) => {
    if (!PATHS.has(tag)) return false;
    const start = strings + Number(value);
    const end = elf.bytes.indexOf(0, start);
    return end >= 0 && ORIGIN.test(Buffer.from(elf.bytes.subarray(start, end)).toString("latin1"));
  });
}

/** Returns the entries up to DT_NULL. */
function readEntries({ bytes, structs: { dyn } }: Elf, { offset, filesz }: Program): readonly Dyn[] {
  const end = Math.min(Number(offset + filesz), bytes.length);
  const entries: Dyn[] = [];
  for (let at = Number(offset); at + dyn.size <= end; at += dyn.size) {
    const entry = readStruct(dyn, bytes, at);
    if (entry.tag === DT_NULL) break;
    entries.push(entry);
  }
  return entries;
}

/** Returns where in the file the byte at an address is, if it is loaded from there. */
function fileOffset(elf: Elf, address: bigint): number | undefined {
  const segment = elf.programs.find(
    ({ type, vaddr, filesz }) => type === PT_LOAD && address >= vaddr && address < vaddr + filesz,
  );
  return segment && Number(address - segment.vaddr + segment.offset);
}
