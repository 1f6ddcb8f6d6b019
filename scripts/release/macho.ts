/**
 * Ad hoc signatures of Mach-O executables: hashes of all pages, vouched for by nobody. macOS kills a program whose
 * pages are not what its signature says.
 *
 * Magic numbers and layouts are those of <mach-o/loader.h> and, for signatures, of xnu's osfmk/kern/cs_blobs.h.
 */
import { createHash } from "node:crypto";

const MH_MAGIC_64 = 0xfeedfacf;
const HEADER_SIZE = 32;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;

const CSMAGIC_EMBEDDED_SIGNATURE = 0xfade0cc0;
const CSMAGIC_CODEDIRECTORY = 0xfade0c02;
/** The first version with an executable segment. */
const CODE_DIRECTORY_VERSION = 0x20400;
const CODE_DIRECTORY_SIZE = 88;
const CS_ADHOC = 2;
const CS_HASHTYPE_SHA256 = 2;
const CS_EXECSEG_MAIN_BINARY = 1n;
const HASH_SIZE = 32;
const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;
/** A super blob with one entry. */
const SUPER_BLOB_SIZE = 20;

const IDENTIFIER = Buffer.from("mgo\0");

/** Offsets in bytes from the start of the file. */
interface Parts {
  /** Of the load command that names the signature. */
  readonly command: number;
  /** Of the load command of the last segment, which ends with the signature. */
  readonly linkedit: number;
  readonly signature: number;
  readonly signatureSize: number;
  /** Of the segment __TEXT. */
  readonly text: bigint;
  readonly textSize: bigint;
}

export function isMachO(program: Uint8Array): boolean {
  return program.length > HEADER_SIZE && viewOf(program).getUint32(0, true) === MH_MAGIC_64;
}

/**
 * The program with an ad hoc signature in place of the one it has.
 *
 * @throws Error if it has none
 */
export function signMachO(program: Uint8Array): Uint8Array {
  const { command, linkedit, signature, text, textSize } = partsOf(program);
  const pages = Math.ceil(signature / PAGE);
  const hashes = CODE_DIRECTORY_SIZE + IDENTIFIER.length;
  const directorySize = hashes + pages * HASH_SIZE;
  const signed = Buffer.alloc(signature + SUPER_BLOB_SIZE + directorySize);
  signed.set(program.subarray(0, signature));

  // The first page holds the load commands, and is hashed with them as they will be.
  const view = viewOf(signed);
  view.setUint32(command + 12, signed.length - signature, true);
  const start = view.getBigUint64(linkedit + 40, true);
  view.setBigUint64(linkedit + 48, BigInt(signed.length) - start, true);

  const words = [
    [CSMAGIC_EMBEDDED_SIGNATURE, SUPER_BLOB_SIZE + directorySize, 1, 0, SUPER_BLOB_SIZE],
    [CSMAGIC_CODEDIRECTORY, directorySize, CODE_DIRECTORY_VERSION, CS_ADHOC, hashes, CODE_DIRECTORY_SIZE],
    // No special slots, the pages, and how many bytes they are.
    [0, pages, signature],
  ].flat();
  for (const [index, word] of words.entries()) view.setUint32(signature + index * 4, word);
  const directory = signature + SUPER_BLOB_SIZE;
  signed.set([HASH_SIZE, CS_HASHTYPE_SHA256, 0, PAGE_BITS], directory + 36);
  for (const [index, value] of [text, textSize, CS_EXECSEG_MAIN_BINARY].entries()) {
    view.setBigUint64(directory + 64 + index * 8, value);
  }
  signed.set(IDENTIFIER, directory + CODE_DIRECTORY_SIZE);
  for (let page = 0; page < pages; page++) {
    signed.set(hashPage(signed, page, signature), directory + hashes + page * HASH_SIZE);
  }
  return signed;
}

/**
 * Checks that the program is signed ad hoc, and that this is its signature: it covers all up to itself, the file ends
 * with it, and each page has its hash.
 *
 * @throws Error that says what is wrong
 */
export function checkMachO(program: Uint8Array): void {
  const { linkedit, signature, signatureSize } = partsOf(program);
  const view = viewOf(program);
  const expect = (what: string, found: number | bigint, wanted: number | bigint): void => {
    if (found !== wanted) throw new Error(`Mach-O signature: ${what} is ${found}, and should be ${wanted}`);
  };
  expect("the end of the file", program.length, signature + signatureSize);
  const linked = view.getBigUint64(linkedit + 40, true) + view.getBigUint64(linkedit + 48, true);
  expect("the end of the last segment", linked, BigInt(program.length));
  expect("its magic", view.getUint32(signature), CSMAGIC_EMBEDDED_SIGNATURE);
  // Others are a certificate's, which cannot be right any more.
  expect("the number of its blobs", view.getUint32(signature + 8), 1);
  const directory = signature + view.getUint32(signature + 16);
  expect("the directory's magic", view.getUint32(directory), CSMAGIC_CODEDIRECTORY);
  expect("the flag for ad hoc", view.getUint32(directory + 12) & CS_ADHOC, CS_ADHOC);
  expect("what it covers", view.getUint32(directory + 32), signature);
  expect("the page size", view.getUint8(directory + 39), PAGE_BITS);
  const pages = Math.ceil(signature / PAGE);
  expect("the number of pages", view.getUint32(directory + 28), pages);
  const hashes = directory + view.getUint32(directory + 16);
  for (let page = 0; page < pages; page++) {
    const at = hashes + page * HASH_SIZE;
    const matches = hashPage(program, page, signature).equals(program.subarray(at, at + HASH_SIZE));
    if (!matches) throw new Error(`Mach-O signature: page ${page} has another hash`);
  }
}

/** The last page ends where the signature begins. */
function hashPage(program: Uint8Array, page: number, end: number): Buffer {
  const bytes = program.subarray(page * PAGE, Math.min((page + 1) * PAGE, end));
  return createHash("sha256").update(bytes).digest();
}

function partsOf(program: Uint8Array): Parts {
  const view = viewOf(program);
  const count = view.getUint32(16, true);
  let parts: Partial<Parts> = {};
  let command = HEADER_SIZE;
  for (let index = 0; index < count; index++) {
    const kind = view.getUint32(command, true);
    if (kind === LC_CODE_SIGNATURE) {
      const [signature, signatureSize] = [8, 12].map((at) => view.getUint32(command + at, true));
      if (signature !== undefined && signatureSize !== undefined) {
        parts = { ...parts, command, signature, signatureSize };
      }
    } else if (kind === LC_SEGMENT_64) {
      const name = Buffer.from(program.subarray(command + 8, command + 24)).toString("latin1");
      if (name.startsWith("__LINKEDIT\0")) parts = { ...parts, linkedit: command };
      if (name.startsWith("__TEXT\0")) {
        const [text, textSize] = [40, 48].map((at) => view.getBigUint64(command + at, true));
        if (text !== undefined && textSize !== undefined) parts = { ...parts, text, textSize };
      }
    }
    command += view.getUint32(command + 4, true);
  }
  if (!isComplete(parts)) throw new Error("a Mach-O file without __TEXT, __LINKEDIT or a signature");
  return parts;
}

function isComplete(parts: Partial<Parts>): parts is Parts {
  return [parts.command, parts.linkedit, parts.text].every((part) => part !== undefined);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
