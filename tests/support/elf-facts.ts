/** Facts about ELF files as programs of others read them: the npm package elfinfo and binutils' readelf. */
import { open } from "elfinfo";
import { expectSuccess, runProgram } from "./run.ts";

export interface ElfFacts {
  readonly entry: bigint;
  readonly segments: readonly SegmentFacts[];
  readonly sections: readonly SectionFacts[];
}

/** Fields as in Elf64_Phdr (elf.h). */
export interface SegmentFacts {
  readonly offset: number;
  readonly vaddr: bigint;
  readonly filesz: number;
  readonly memsz: number;
  /** As readelf writes them: R, W and E. */
  readonly flags: string;
  readonly align: number;
  readonly isLoaded: boolean;
}

/** Fields as in Elf64_Shdr (elf.h). */
export interface SectionFacts {
  readonly name: string;
  readonly addr: bigint;
  readonly offset: number;
  readonly size: number;
  /** As readelf writes those that it has letters for. */
  readonly flags: string;
}

const PT_LOAD = 1;
/** PF_R, PF_W and PF_X. */
const SEGMENT_FLAGS = [
  [4, "R"],
  [2, "W"],
  [1, "E"],
] as const;
/** SHF_WRITE and so on, in readelf's order. */
const SECTION_FLAGS = [
  [1, "W"],
  [2, "A"],
  [4, "X"],
  [0x10, "M"],
  [0x20, "S"],
  [0x40, "I"],
  [0x80, "L"],
  [0x200, "G"],
  [0x400, "T"],
  [0x800, "C"],
] as const;

function letters(flags: number, table: readonly (readonly [number, string])[]): string {
  return table.map(([flag, letter]) => ((flags & flag) === 0 ? "" : letter)).join("");
}

/** @throws Error if elfinfo finds anything wrong */
export async function readByElfinfo(path: string): Promise<ElfFacts> {
  const { success, errors, warnings, elf } = await open(path);
  if (!success || elf === undefined || errors.length > 0 || warnings.length > 0) {
    throw new Error(`elfinfo finds ${path} wrong: ${[...errors, ...warnings].join(", ")}`);
  }
  return {
    entry: BigInt(elf.entryPoint),
    segments: elf.segments.map(({ type, offset, vaddr, filesz, memsz, flags, align }) => ({
      offset,
      vaddr: BigInt(vaddr),
      filesz,
      memsz,
      flags: letters(flags, SEGMENT_FLAGS),
      align,
      isLoaded: Number(type) === PT_LOAD,
    })),
    sections: elf.sections.map(({ name, addr, offset, size, flags }) => ({
      name: name === "<null>" ? "" : name,
      addr: BigInt(addr),
      offset: Number(offset),
      size,
      flags: letters(flags, SECTION_FLAGS),
    })),
  };
}

const SEGMENT = /^ {2}(\S+) +0x(\w+) 0x(\w+) 0x\w+ 0x(\w+) 0x(\w+) ([RWE ]{3}) (?:0x)?(\w+)$/gm;
const SECTION = /^ {2}\[ *\d+\] (\S*) +\S+ +([\da-f]{16}) ([\da-f]+) ([\da-f]+) [\da-f]{2} ([ \w]{3}) /gm;

/** @throws Error if readelf finds anything wrong */
export function readByReadelf(path: string): ElfFacts {
  const text = expectSuccess(runProgram(["readelf", "-hlSW", path], { ...process.env, LC_ALL: "C" })).stdout;
  const hex = (digits = ""): number => Number.parseInt(digits, 16);
  return {
    entry: BigInt(/Entry point address: +(0x\w+)/.exec(text)?.[1] ?? 0),
    segments: [...text.matchAll(SEGMENT)].map(
      ([, type, offset, vaddr, filesz, memsz, flags = "", align]) => ({
        offset: hex(offset),
        vaddr: BigInt(`0x${vaddr}`),
        filesz: hex(filesz),
        memsz: hex(memsz),
        flags: flags.replaceAll(" ", ""),
        align: hex(align),
        isLoaded: type === "LOAD",
      }),
    ),
    sections: [...text.matchAll(SECTION)].map(([, name = "", addr, offset, size, flags = ""]) => ({
      name,
      addr: BigInt(`0x${addr}`),
      offset: hex(offset),
      size: hex(size),
      flags: flags.trim(),
    })),
  };
}
