/**
 * Tells executables that Go's own linker made from those of an external one (`go build -ldflags=-linkmode`).
 *
 * Go's linker writes the section headers right behind the program headers (cmd/link/internal/ld/elf.go,
 * asmbElf). GNU ld, gold, lld, mold and all that edit a finished file write them last.
 */
import { open } from "node:fs/promises";
import { readStruct } from "../engine/struct.ts";
import { EHDR64, EI_CLASS, structsOf } from "./elf-structs.ts";

/** Returns whether a file is an executable of Go's own linker; false where it cannot be read. */
export async function isLinkedByGo(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const bytes = new Uint8Array(EHDR64.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const structs = structsOf(bytes[EI_CLASS]);
    if (bytesRead < bytes.length || structs === undefined) return false;
    const { phoff, phnum, shoff, shnum } = readStruct(structs.ehdr, bytes, 0);
    return shnum > 0 && shoff === phoff + BigInt(phnum * structs.phdr.size);
  } catch {
    return false;
  } finally {
    await file.close();
  }
}
