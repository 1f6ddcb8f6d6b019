/**
 * The bundle of the packed layout as an ELF file: the launcher with payload and build info put into it.
 *
 * The launcher is linked (launcher/launcher.ld) with two empty sections at its end: `.mgo` and behind it
 * `.go.buildinfo`, in a read-only segment that is the last in the file and in memory. So nothing in front
 * moves: this fills the two, makes their segment longer, and writes a new section header table behind them.
 * The build ID has its room in front.
 */

import {
  BLOCK,
  BLOCK_MAGIC,
  HEADER,
  MAGIC,
  PAYLOAD_ALIGN,
  SECTION_BUILD_INFO,
  SECTION_PAYLOAD,
  VERSION,
} from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import { readStruct, type Values, writeStruct } from "../engine/struct.ts";
import type { Architecture } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { align } from "./align.ts";
import { findGnuBuildId, gnuBuildId, type Range } from "./build-id.ts";
import type { Unloaded } from "./dependencies.ts";
import {
  type Elf,
  findSection,
  PF_W,
  PT_LOAD,
  parseElf,
  type Section,
  SHF_ALLOC,
  SHT_NOBITS,
  sectionBytes,
} from "./elf.ts";
import type { Shdr } from "./elf-structs.ts";
import { isRewritten } from "./rewritten.ts";

/** Go's debug/buildinfo looks for its magic at multiples of this (buildinfo.go, buildInfoAlign). */
const BUILD_INFO_ALIGN = 16;
const SHDR_ALIGN = 8;
/** Enough for all of a dynamic section, symbols and versions. */
const UNLOADED_ALIGN = 8;
const SECTION_NAMES = ".shstrtab";
/** The launcher looks for the end of its payload in this program header (launcher/arch). */
const PAYLOAD_SEGMENT = 1;
/** With which the launcher's block starts. */
const SECTION_CODE = ".text";

/** A launcher, checked to be one that can be filled. */
export interface Template {
  readonly elf: Elf;
  readonly payload: Section;
  readonly buildInfo: Section;
  readonly names: Section;
  /** Room for the contents of a build ID. */
  readonly buildId: Range;
  /** The part for bundles of the direct layout: `Block` in engine/format/format.zig. */
  readonly block: Block;
}

export interface Block {
  readonly bytes: Uint8Array;
  /** In bytes from its start. */
  readonly entry: number;
  /** The largest page size of its architecture, in bytes, of which its segment starts at a multiple. */
  readonly page: number;
}

/**
 * @param architecture of the bundles that it goes into
 * @param name what to call the launcher in messages
 * @throws MgoError if the file is no launcher of mgo's for this architecture
 */
export function parseTemplate(bytes: Uint8Array, architecture: Architecture, name: string): Template {
  const elf = parseElf(bytes, name);
  if (elf.architecture !== architecture) {
    const targets = `linux/${elf.architecture}, and the variants are for linux/${architecture}`;
    throw new MgoError(`${name} is for ${targets}`);
  }
  const [payload, buildInfo, names] = [SECTION_PAYLOAD, SECTION_BUILD_INFO, SECTION_NAMES].map((section) =>
    findSection(elf, section),
  );
  const program = elf.programs[PAYLOAD_SEGMENT];
  const buildId = findGnuBuildId(elf);
  if (!payload || !buildInfo || !names || !program || !buildId) {
    throw new MgoError(`${name} is no launcher for bundles: it has no place for variants`);
  }
  const { addr } = payload.header;
  const inSegment = program.vaddr <= addr && addr - program.vaddr === payload.header.offset - program.offset;
  const last = elf.programs.every((other) => other.type !== PT_LOAD || other.vaddr <= program.vaddr);
  const readOnly = program.type === PT_LOAD && (program.flags & PF_W) === 0;
  checkVersion(sectionBytes(elf, payload), name);
  if (!inSegment || !last || !readOnly || addr % BigInt(PAYLOAD_ALIGN) !== 0n) {
    throw new MgoError(`${name} is no launcher for bundles: its section ${SECTION_PAYLOAD} is out of place`);
  }
  return {
    elf,
    payload,
    buildInfo,
    names,
    buildId,
    block: findBlock(elf, payload, Number(program.align), name),
  };
}

/** From the start of the code to the payload, as they lie in the file. */
function findBlock(elf: Elf, payload: Section, page: number, name: string): Block {
  const code = findSection(elf, SECTION_CODE);
  if (code !== undefined && code.offset < payload.offset) {
    const bytes = elf.bytes.subarray(code.offset, payload.offset);
    const { entry, payload: size } = readBlock(bytes) ?? { entry: 0, payload: 0 };
    const asLinked = payload.header.addr - code.header.addr === BigInt(bytes.length);
    if (asLinked && size === bytes.length && entry < size) return { bytes, entry, page };
  }
  throw new MgoError(`${name} is no launcher for bundles: its code is out of place`);
}

/** @returns the start of a launcher's block; undefined if the bytes are none */
export function readBlock(bytes: Uint8Array): Values<typeof BLOCK> | undefined {
  if (bytes.length < BLOCK.size) return undefined;
  const block = readStruct(BLOCK, bytes, 0);
  return Buffer.from(block.magic).equals(Buffer.from(BLOCK_MAGIC)) ? block : undefined;
}

/** The placeholder tells which format the launcher reads. */
function checkVersion(placeholder: Uint8Array, name: string): void {
  const header = placeholder.length >= HEADER.size ? readStruct(HEADER, placeholder, 0) : undefined;
  if (header !== undefined && Buffer.from(header.magic).equals(Buffer.from(MAGIC))) {
    if (header.version === VERSION) return;
    throw new MgoError(
      `${name} reads bundle format version ${header.version}; this mgo writes version ${VERSION}`,
    );
  }
  throw new MgoError(
    `${name} is no launcher for bundles: its section ${SECTION_PAYLOAD} is not a place for variants`,
  );
}

/**
 * Checksum of what a bundle loads beside its payload: XXH64 of the contents of all sections that are loaded
 * from the file, in the order of their addresses. Of `.mgo` that is what stands in front of the payload. Left
 * out is what tools write anew and a bundle runs with: the ELF headers, the order of the section table,
 * and sections that `isRewritten`.
 *
 * @param contents to take instead of the file's, by the section's name
 * @param appended of a section behind all others, which the file does not have yet
 * @throws MgoError if the sections overlap
 */
export function imageChecksum(
  elf: Elf,
  name: string,
  contents: ReadonlyMap<string, Uint8Array>,
  appended: Uint8Array = new Uint8Array(),
): bigint {
  const pieces = elf.sections
    .filter((section) => (section.header.flags & SHF_ALLOC) !== 0n && !isRewritten(elf, section))
    .filter(({ header }) => header.type !== SHT_NOBITS)
    .toSorted((a, b) => compare(a.header.addr, b.header.addr) || a.size - b.size)
    .map((section) => contents.get(section.name) ?? sectionBytes(elf, section));
  const room = [...contents.values()].reduce((sum, { length }) => sum + length, elf.bytes.length);
  if (pieces.reduce((sum, { length }) => sum + length, 0) > room) {
    throw new MgoError(`${name} is damaged: its sections overlap`);
  }
  return xxHash64(Buffer.concat([...pieces, appended]));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Puts payload and build info into a launcher.
 *
 * @param unloaded sections to add behind what is loaded
 * @returns the bundle file in pieces
 */
export function fillTemplate(
  template: Template,
  payload: readonly Uint8Array[],
  buildInfo: Uint8Array,
  unloaded: readonly Unloaded[],
): readonly Uint8Array[] {
  const { elf } = template;
  const { ehdr, phdr, shdr } = elf.structs;
  const payloadOffset = template.payload.offset;
  const payloadSize = payload.reduce((sum, piece) => sum + piece.length, 0);
  const buildInfoOffset = align(payloadOffset + payloadSize, BUILD_INFO_ALIGN);
  const loadedEnd = buildInfoOffset + buildInfo.length;
  const [appended, headers] = placeUnloaded(template, unloaded, loadedEnd);
  const names = Buffer.concat([
    sectionBytes(elf, template.names),
    Buffer.from(unloaded.map(({ name }) => `${name}\0`).join("")),
  ]);
  const namesOffset = loadedEnd + appended.length;
  const tableOffset = align(namesOffset + names.length, SHDR_ALIGN);

  // Not slice(): that of a Buffer shares its memory.
  const head = Uint8Array.from(elf.bytes.subarray(0, payloadOffset));
  writeStruct(ehdr, head, 0, { shoff: BigInt(tableOffset), shnum: elf.sections.length + headers.length });
  const at = Number(elf.header.phoff) + PAYLOAD_SEGMENT * phdr.size;
  const size = BigInt(loadedEnd) - readStruct(phdr, head, at).offset;
  writeStruct(phdr, head, at, { filesz: size, memsz: size });
  const [directory = new Uint8Array()] = payload;
  head.set(gnuBuildId(directory, template.buildId), template.buildId.offset);

  const placed: ReadonlyMap<Section, Partial<Shdr>> = new Map([
    [template.payload, { size: BigInt(payloadSize) }],
    [template.buildInfo, loaded(template, buildInfoOffset, buildInfo.length)],
    [template.names, { offset: BigInt(namesOffset), size: BigInt(names.length) }],
  ]);
  const sections = [...elf.sections.map((one) => ({ ...one.header, ...placed.get(one) })), ...headers];
  const table = new Uint8Array(sections.length * shdr.size);
  for (const [index, header] of sections.entries()) writeStruct(shdr, table, index * shdr.size, header);
  return [
    head,
    ...payload,
    new Uint8Array(buildInfoOffset - payloadOffset - payloadSize),
    buildInfo,
    appended,
    names,
    new Uint8Array(tableOffset - namesOffset - names.length),
    table,
  ];
}

/**
 * Places sections behind those of the launcher, in the file and in the table.
 *
 * @param start where what is loaded ends, in bytes from the start of the file
 * @returns their bytes from there on, and their headers
 */
function placeUnloaded(
  { elf, names }: Template,
  unloaded: readonly Unloaded[],
  start: number,
): readonly [Uint8Array, readonly Partial<Shdr>[]] {
  const pieces: Uint8Array[] = [];
  const headers: Partial<Shdr>[] = [];
  let [end, name] = [start, names.size];
  for (const { header, contents, linked, ...section } of unloaded) {
    const { type, info, entsize } = header;
    const offset = align(end, UNLOADED_ALIGN);
    const other = unloaded.findIndex((one) => one.name === linked);
    const link = other < 0 ? 0 : elf.sections.length + other;
    const [size, addralign] = [BigInt(contents.length), BigInt(UNLOADED_ALIGN)];
    headers.push({ name, type, offset: BigInt(offset), size, link, info, entsize, addralign });
    pieces.push(new Uint8Array(offset - end), contents);
    end = offset + contents.length;
    name += section.name.length + 1;
  }
  return [Buffer.concat(pieces), headers];
}

/** The header fields of a section at this file offset of the payload's segment. */
function loaded(template: Template, offset: number, size: number): Partial<Shdr> {
  const { header } = template.payload;
  return {
    addr: header.addr + BigInt(offset) - header.offset,
    offset: BigInt(offset),
    size: BigInt(size),
    addralign: BigInt(BUILD_INFO_ALIGN),
  };
}
