/**
 * Build IDs: Go's, by which `go build` and `go install` tell whether an executable is up to date
 * (cmd/internal/buildid, and buildid.go in cmd/go/internal/work), and that of the GNU tools, by which
 * debuggers find debug data and rpmbuild tells files apart.
 *
 * A packed bundle has one of GNU's that is made from its contents, and none of Go's. A direct one has the GNU
 * build ID of its base, whose code runs and whose debug data it names, and one of Go's of its own: with its
 * base's, `go build` at that level would take the bundle for its own output and leave it, and tools that know
 * files by this ID would take bundles with the same base for one another.
 */
import { createHash } from "node:crypto";
import { type Elf, findSection, SHT_NOTE, sectionBytes } from "./elf.ts";

/** The sizes of the note's name and of its contents; its type and its name (cmd/internal/buildid/note.go). */
const NAME_SIZE = { offset: 0, value: 4 };
const CONTENTS_SIZE_OFFSET = 4;
const TYPE = { offset: 8, value: 4 };
const NAME = { offset: 12, value: "Go\0\0" };
const NOTE_HEADER_SIZE = 16;
/** Hashes in base64url. The first is of what Go has made the executable from, the last of its contents. */
const ID = /^[\w-]{20}\/(?:[\w-]{20}\/)*[\w-]{20}$/;
/** Bytes of a hash in an ID (HashToString in cmd/internal/buildid/rewrite.go). */
const HASH_SIZE = 15;

/** A range of a file, in bytes. */
export interface Range {
  readonly offset: number;
  readonly size: number;
}

/** Finds an executable's build ID; undefined if it has none of Go's making. */
export function findBuildId(elf: Elf): Range | undefined {
  for (const section of elf.sections) {
    if (section.header.type !== SHT_NOTE || section.size < NOTE_HEADER_SIZE) continue;
    const contents = sectionBytes(elf, section);
    const note = Buffer.from(contents.buffer, contents.byteOffset, contents.length);
    if (note.readUInt32LE(NAME_SIZE.offset) !== NAME_SIZE.value) continue;
    if (note.readUInt32LE(TYPE.offset) !== TYPE.value) continue;
    if (note.toString("latin1", NAME.offset, NOTE_HEADER_SIZE) !== NAME.value) continue;
    const size = note.readUInt32LE(CONTENTS_SIZE_OFFSET);
    const id = note.toString("latin1", NOTE_HEADER_SIZE, NOTE_HEADER_SIZE + size);
    if (id.length === size && ID.test(id)) return { offset: section.offset + NOTE_HEADER_SIZE, size };
  }
  return undefined;
}

/**
 * Gives an executable another build ID.
 *
 * @param at where it has one
 * @param sources all that tells the new one from others
 */
export function withBuildId(elf: Elf, at: Range, sources: readonly Uint8Array[]): Elf {
  const hash = createHash("sha256");
  for (const source of sources) hash.update(source);
  const digest = hash.digest();
  const bytes = Uint8Array.from(elf.bytes);
  const ids = Buffer.from(bytes.subarray(at.offset, at.offset + at.size))
    .toString("latin1")
    .split("/");
  ids[0] = digest.toString("base64url", 0, HASH_SIZE);
  ids[ids.length - 1] = digest.toString("base64url", HASH_SIZE, 2 * HASH_SIZE);
  bytes.set(Buffer.from(ids.join("/"), "latin1"), at.offset);
  return { ...elf, bytes };
}

/** The launcher's room for NT_GNU_BUILD_ID (launcher/payload.S). */
const SECTION_GNU = ".note.gnu.build-id";
const GNU = { nameOffset: 12, name: "GNU\0", contentsOffset: 16, size: 36 };

/** Finds the contents of the build ID of GNU tools in a launcher; undefined if it has no room for one. */
export function findGnuBuildId(elf: Elf): Range | undefined {
  const section = findSection(elf, SECTION_GNU);
  if (section?.header.type !== SHT_NOTE || section.size !== GNU.size) return undefined;
  const name = sectionBytes(elf, section).subarray(GNU.nameOffset, GNU.contentsOffset);
  if (Buffer.from(name).toString("latin1") !== GNU.name) return undefined;
  return { offset: section.offset + GNU.contentsOffset, size: GNU.size - GNU.contentsOffset };
}

/** The build ID of a packed bundle: its directory has checksums of all that is loaded. */
export function gnuBuildId(directory: Uint8Array, { size }: Range): Uint8Array {
  return createHash("sha256").update(directory).digest().subarray(0, size);
}
