/**
 * Bundle → variants: the same format, read back for inspect, extract, verify. Works on any host.
 */
import { MgoError, reasonOf } from "../error.ts";
import { readWhole } from "../file.ts";
import type { Level } from "../level.ts";
import { formatSize } from "../text.ts";
import { restoreBase } from "./base.ts";
import { type BuildInfo, buildInfoSection, readBuildInfo } from "./buildinfo.ts";
import { decodeFrame } from "./codec.ts";
import { type Directory, readDirectory, type StoredFrame, type StoredVariant } from "./directory.ts";
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
import { SECTION_PAYLOAD } from "./format.ts";
import { imageChecksum, readBlock } from "./image.ts";
import { sha256 } from "./variant.ts";

const NOTHING = new Uint8Array();

/** A bundle whose directory was checked. */
export interface Bundle {
  readonly name: string;
  readonly elf: Elf;
  /** The file's size in bytes. */
  readonly size: number;
  readonly payload: Uint8Array;
  /** What stands in front of the payload in its section: in the direct layout the launcher's block. */
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
  return readBundle(await readWhole(path), path);
}

/**
 * Reads a bundle, as `openBundle` does, that is in memory.
 *
 * @param name what to call it in messages
 */
export function readBundle(bytes: Uint8Array, name: string): Bundle {
  const elf = parseElf(bytes, name);
  const section = findSection(elf, SECTION_PAYLOAD);
  if (section === undefined) {
    throw new MgoError(`${name} is no bundle`, { hint: "mgo build and mgo pack make bundles" });
  }
  const contents = sectionBytes(elf, section);
  const block = readBlock(contents);
  const start = block?.payload ?? 0;
  const payload = contents.subarray(start);
  const directory = readDirectory(payload, name);
  if (directory.layout === "direct") checkPlace(elf, section, start, directory, name);
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

/** That the launcher of a direct bundle is entered, finds its payload, and can go on to the base. */
function checkPlace(elf: Elf, section: Section, start: number, directory: Directory, name: string): void {
  const { addr, size } = section.header;
  const block = readBlock(sectionBytes(elf, section));
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
    directory.address !== addr + BigInt(start)
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

/**
 * Decodes one variant and checks every byte of it.
 *
 * @returns the executable, byte for byte as `go build` made it
 * @throws MgoError if any of it is damaged; the signal's reason if it is aborted
 */
export async function decodeVariant(
  bundle: Bundle,
  variant: StoredVariant,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (variant.codec === "in_place") {
    const bytes = await findBase(bundle, variant, signal);
    if (bytes !== undefined) return bytes;
    throw new MgoError(`${bundle.name} was changed since mgo made it: its base ${variant.level} is lost`, {
      hint: "strip and its like change the base; the bundle still runs, and has its other variants",
    });
  }
  const base = baseOf(bundle, variant);
  const reference = base && (await decodeFrames(bundle, base, NOTHING, signal));
  return await decodeWith(bundle, variant, reference, signal);
}

/** The executable of the variant in place; undefined if the bundle's file was changed. */
async function findBase(
  bundle: Bundle,
  variant: StoredVariant,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const frames: Uint8Array[] = [];
  for (const frame of variant.frames) {
    signal?.throwIfAborted();
    frames.push(await decode(bundle, variant, frame, NOTHING));
  }
  const bytes = restoreBase(bundle.elf.bytes, variant, frames);
  return bytes !== undefined && Buffer.from(sha256(bytes)).equals(variant.sha256) ? bytes : undefined;
}

/** The variant that this one refers to; undefined for one that refers to none. */
function baseOf(bundle: Bundle, variant: StoredVariant): StoredVariant | undefined {
  const base = bundle.directory.variants[variant.base];
  return base === variant ? undefined : base;
}

/** @param reference the base, decoded, of a variant that has one */
async function decodeWith(
  bundle: Bundle,
  variant: StoredVariant,
  reference: Uint8Array = NOTHING,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await decodeFrames(bundle, variant, reference, signal);
  if (!Buffer.from(sha256(bytes)).equals(variant.sha256)) {
    throw damaged(bundle, variant, "its SHA-256 is wrong");
  }
  return bytes;
}

async function decodeFrames(
  bundle: Bundle,
  variant: StoredVariant,
  reference: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const bytes = allocate(bundle, variant);
  let offset = 0;
  for (const frame of variant.frames) {
    signal?.throwIfAborted();
    bytes.set(await decode(bundle, variant, frame, reference), offset);
    offset += frame.size;
  }
  return bytes;
}

/** A small file can claim to decode to more than there is memory. */
function allocate(bundle: Bundle, variant: StoredVariant): Uint8Array {
  try {
    return new Uint8Array(variant.size);
  } catch (error) {
    const size = formatSize(variant.size);
    throw new MgoError(`${bundle.name}: no memory for variant ${variant.level} of ${size}`, { cause: error });
  }
}

async function decode(
  bundle: Bundle,
  variant: StoredVariant,
  frame: StoredFrame,
  reference: Uint8Array,
): Promise<Uint8Array> {
  const stored = bundle.payload.subarray(frame.offset, frame.offset + frame.storedSize);
  if (Bun.hash.xxHash64(stored) !== frame.storedChecksum) {
    throw damaged(bundle, variant, `the checksum of its frame at ${frame.offset} is wrong`);
  }
  const dictionary = reference.subarray(frame.referenceOffset, frame.referenceOffset + frame.referenceSize);
  const decoded = await decodeFrame(stored, dictionary, frame.size).catch((error: unknown) => {
    throw damaged(bundle, variant, `its frame at ${frame.offset} cannot be decoded: ${reasonOf(error)}`);
  });
  if (decoded.length !== frame.size || Bun.hash.xxHash64(decoded) !== frame.checksum) {
    throw damaged(bundle, variant, `its frame at ${frame.offset} decodes to something else`);
  }
  return decoded;
}

function damaged(bundle: Bundle, variant: StoredVariant, what: string): MgoError {
  return new MgoError(`${bundle.name} is a damaged bundle: variant ${variant.level}: ${what}`);
}

/** What `verifyBundle` has found out about a bundle that is whole. */
export interface Verified {
  /**
   * The variant in place whose file was changed since, in what is not loaded, as `strip` does: it runs, but its
   * executable cannot be had back.
   */
  readonly changed: Level | undefined;
}

/**
 * Checks every byte of a bundle that is loaded: the launcher, the build info, and each variant.
 *
 * @throws MgoError naming the first damage
 */
export async function verifyBundle(bundle: Bundle, signal?: AbortSignal): Promise<Verified> {
  verifyImage(bundle);
  let changed: Level | undefined;
  const bases = new Map<StoredVariant, Uint8Array>();
  for (const [index, variant] of bundle.directory.variants.entries()) {
    if (variant.codec === "in_place") {
      const found = await findBase(bundle, variant, signal);
      if (found === undefined) changed = variant.level;
      continue;
    }
    const base = baseOf(bundle, variant);
    // Variants have their base in common: it is decoded once.
    if (base !== undefined && !bases.has(base)) {
      bases.set(base, await decodeFrames(bundle, base, NOTHING, signal));
    }
    const bytes = await decodeWith(bundle, variant, base && bases.get(base), signal);
    if (index === 0 && bundle.directory.layout === "packed") verifyBuildInfo(bundle, bytes);
  }
  return { changed };
}

/** @param lowest the variant whose build info a packed bundle has a copy of */
function verifyBuildInfo(bundle: Bundle, lowest: Uint8Array): void {
  const [own, copied] = [buildInfoSection(parseElf(lowest, bundle.name)), buildInfoSection(bundle.elf)];
  if (own !== undefined && copied !== undefined && Buffer.from(own).equals(copied)) return;
  throw new MgoError(`${bundle.name} is a damaged bundle: its Go build info is not that of its variants`);
}

/**
 * Checks what a bundle loads beside its payload: in the direct layout the base, too.
 *
 * @throws MgoError if it is damaged
 */
export function verifyImage({ elf, name, directory, block }: Bundle): void {
  if (imageChecksum(elf, name, new Map([[SECTION_PAYLOAD, block]])) === directory.imageChecksum) return;
  const what = directory.layout === "direct" ? "base or launcher" : "launcher";
  throw new MgoError(`${name} is a damaged bundle: the checksum of its ${what} is wrong`);
}
