/** Opens a bundle: finds the payload and reads its directory. Works on any host. */
import { SECTION_PAYLOAD } from "../engine/format.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { readWhole } from "../system/file.ts";
import { type BuildInfo, readBuildInfo } from "./buildinfo.ts";
import {
  type Elf,
  findSection,
  PF_X,
  type Program,
  PT_LOAD,
  parseElf,
  type Section,
  sectionBytes,
} from "./elf.ts";
import { readBlock } from "./image.ts";
import { type Directory, readDirectory, type StoredVariant } from "./stored.ts";

/** A bundle whose directory was checked. */
export interface Bundle {
  readonly name: string;
  readonly elf: Elf;
  /** The file's size in bytes. */
  readonly size: number;
  readonly payload: Uint8Array;
  /** The bytes in front of the payload in its section: in the direct layout the launcher's block. */
  readonly block: Uint8Array;
  readonly directory: Directory;
  readonly info: BuildInfo;
}

/**
 * Opens a bundle.
 *
 * @throws MgoError if the file cannot be read, is no bundle, or its directory is damaged
 */
export async function openBundle(path: string): Promise<Bundle> {
  return await readBundle(await readWhole(path), path);
}

/**
 * Reads a bundle, as `openBundle` does, that is in memory.
 *
 * @param name what to call it in messages
 */
export async function readBundle(bytes: Uint8Array, name: string): Promise<Bundle> {
  const elf = parseElf(bytes, name);
  const section = findSection(elf, SECTION_PAYLOAD);
  if (section === undefined) {
    throw new MgoError(`${name} is no bundle`, { hint: "mgo build and mgo pack make bundles" });
  }
  const contents = sectionBytes(elf, section);
  const block = readBlock(contents);
  const start = block?.payload ?? 0;
  const payload = contents.subarray(start);
  const directory = await readDirectory(payload, name);
  if (directory.architecture !== elf.architecture) {
    throw new MgoError(`${name} is a damaged bundle: its architecture is not that of its ELF header`);
  }
  if (directory.layout === "direct") checkPlace(elf, section, block, directory, name);
  if (directory.layout === "packed" && start !== 0) {
    throw new MgoError(`${name} is a damaged bundle: its payload is not where its layout has it`);
  }
  return {
    name,
    elf,
    size: bytes.length,
    payload,
    block: contents.subarray(0, start),
    directory,
    info: readBuildInfo(elf, name),
  };
}

/** Checks that the launcher of a direct bundle is entered, finds its payload, and can go on to the base. */
function checkPlace(
  elf: Elf,
  section: Section,
  block: ReturnType<typeof readBlock>,
  directory: Directory,
  name: string,
): void {
  const { addr, size } = section.header;
  const isCode = (at: bigint, length = 1n): Program | undefined =>
    elf.programs.find(
      ({ type, flags, vaddr, filesz }) =>
        type === PT_LOAD && (flags & PF_X) !== 0 && at >= vaddr && at + length <= vaddr + filesz,
    );
  const own = isCode(addr, size);
  const base = isCode(directory.entry);
  if (
    block === undefined ||
    own === undefined ||
    base === undefined ||
    own === base ||
    elf.header.entry !== addr + BigInt(block.entry) ||
    directory.address !== addr + BigInt(block.payload)
  ) {
    throw new MgoError(`${name} is a damaged bundle: its launcher is not where it is entered`);
  }
}

/**
 * The variant of that level.
 *
 * @throws MgoError if the bundle has none
 */
export function findVariant(bundle: Bundle, level: Level): StoredVariant {
  const variant = bundle.directory.variants.find((candidate) => candidate.level === level);
  if (variant !== undefined) return variant;
  const levels = bundle.directory.variants.map((candidate) => candidate.level).join(", ");
  throw new MgoError(`${bundle.name} has no variant ${level}`, { hint: `it has ${levels}` });
}
