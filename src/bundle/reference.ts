/**
 * The bytes that variants are predicted from, laid out as the launcher has them (engine/format/recipe.zig): a
 * stored base's stream, or the image in memory of a base in place, followed by bytes that are not in memory
 * there.
 */
import type { Base } from "../engine/predictor.ts";
import { ROLE } from "../engine/wire.ts";
import { type Image, type Part, readImage } from "./correspondence.ts";
import { PT_LOAD, parseElf, type Section, SHT_NOTE } from "./elf.ts";
import { relocatedSections } from "./relocated.ts";
import { isRewritten } from "./rewritten.ts";
import type { Stream } from "./stream.ts";

export interface Reference extends Base {
  /** Its parts by their places in the bytes. */
  readonly image: Image;
}

/** The reference that a stored base is. */
export function storedReference(base: Uint8Array, stream: Stream): Reference {
  return { bytes: stream.bytes, imageSize: 0, isInPlace: false, image: readImage(base, stream) };
}

/**
 * The reference that a base in place is. Only what is loaded and stays as it is is taken from its image: a
 * dynamic linker writes addresses into sections before the launcher runs, and tools change what dynamic
 * linkers read, or take away what is not loaded. The rest is stored beside it, but for notes, which are in no
 * reference: the bundle has a build ID of its own.
 *
 * The launcher reads the base from its file, where no dynamic linker writes. But callers who may not read
 * it have the base in memory only: without what is relocated, no other variant would start for them.
 *
 * @returns it, and its last bytes, which are to be stored
 */
export function inPlaceReference(
  base: Uint8Array,
  stream: Stream,
): { readonly reference: Reference; readonly needed: Uint8Array; readonly detached: Uint8Array } {
  const elf = parseElf(base, "the base");
  const image = readImage(base, stream);
  const relocated = new Set(relocatedSections(elf));
  const namesOf = (holds: (section: Section) => boolean): ReadonlySet<string> =>
    new Set(elf.sections.filter(holds).map(({ name }) => name));
  const unstable = namesOf((section) => isRewritten(elf, section) || relocated.has(section));
  const notes = namesOf(({ header }) => header.type === SHT_NOTE);
  const taken = image.parts.filter(({ name }) => !notes.has(name));
  const isLoaded = (part: Part): boolean =>
    part.address < image.size && (part.role === ROLE.zeros || !unstable.has(part.name));
  let [size, neededEnd] = [image.size, image.size];
  // Detached parts come last.
  const parts = taken.map((part) => {
    if (isLoaded(part)) return { ...part, offset: part.address };
    const offset = size;
    size += part.size;
    if (part.offset < stream.skeletonSize) neededEnd = size;
    return { ...part, offset };
  });
  const bytes = new Uint8Array(size);
  for (const [index, part] of parts.entries()) {
    const from = taken[index]?.offset ?? 0;
    if (part.role !== ROLE.zeros) bytes.set(stream.bytes.subarray(from, from + part.size), part.offset);
  }
  const reference = { bytes, imageSize: image.size, isInPlace: true, image: { ...image, parts } };
  return {
    reference,
    needed: bytes.subarray(image.size, neededEnd),
    detached: bytes.subarray(neededEnd),
  };
}

/**
 * Reads the image of a base in place from the bundle that it was made into.
 *
 * @param start the address of its first byte: `patchelf` may have put a segment in front
 * @param size of the image, in bytes
 * @param extra the bytes that are stored beside it
 */
export function readInPlace(
  bundle: Uint8Array,
  name: string,
  { start, size }: { readonly start: bigint; readonly size: number },
  extra: Uint8Array,
): Base {
  const bytes = new Uint8Array(size + extra.length);
  bytes.set(extra, size);
  const loads = parseElf(bundle, name).programs.filter(({ type }) => type === PT_LOAD);
  for (const { vaddr, offset, filesz } of loads) {
    const address = Number(vaddr - start);
    // The others are mgo's own, and what tools have added.
    if (address < 0 || address >= size) continue;
    const contents = bundle.subarray(Number(offset), Number(offset + filesz));
    bytes.set(contents.subarray(0, size - address), address);
  }
  return { bytes, imageSize: size, isInPlace: true };
}
