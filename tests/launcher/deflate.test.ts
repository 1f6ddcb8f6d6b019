/** engine/deflate beside Go's compress/zlib: sections by Go's linker, and inputs made for it. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { EHDR64, SHDR64 } from "../../src/bundle/elf-structs.ts";
import { loadDeflate } from "../../src/engine/deflate.ts";
import { readStruct } from "../../src/engine/struct.ts";
import { ROOT, scratch } from "../support/folders.ts";
import { goMinor } from "../support/go.ts";
import { runForBytes } from "../support/run.ts";
import { CHDR_SIZE } from "../support/sections.ts";

const SHF_COMPRESSED = 0x800n;
const ELFCOMPRESS_ZLIB = 1;

const deflate = await loadDeflate();

// Go 1.27 changed compress/flate, which makes other streams.
describe.skipIf(goMinor() > 26)("deflating", () => {
  test("debug sections of a Go program gives the bytes that Go's linker wrote", () => {
    const program = join(scratch, "unstripped");
    run(["go", "build", "-o", program, "."], join(ROOT, "tests", "programs", "mirror"));
    const sections = compressedSections(readFileSync(program));
    expect(sections.length).toBeGreaterThan(4);
    for (const stream of sections) {
      const section = inflateSync(stream);
      expectStream(section, stream);
      expect(deflate(section, stream.length - 1)).toBeUndefined();
    }
  });

  test("generated inputs gives the streams of Go's compress/zlib", () => {
    const folder = join(ROOT, "tests", "launcher", "deflate");
    const items = pieces(run(["go", "run", ".", "streams", "400"], folder));
    expect(items.length).toBe(800);
    for (let i = 0; i < items.length; i += 2) {
      expectStream(items[i] ?? new Uint8Array(), items[i + 1] ?? new Uint8Array());
    }
  });

  test("is checked in Zig with streams that Go makes", () => {
    const table = run(["go", "run", ".", "vectors"], join(ROOT, "tests", "launcher", "deflate")).toString();
    expect(readFileSync(join(ROOT, "engine", "deflate", "deflate_test.zig"), "utf8")).toContain(table);
  });
});

/** Fails without printing both, as toEqual would. */
function expectStream(input: Uint8Array, stream: Uint8Array): void {
  const found = deflate(input, stream.length);
  if (found !== undefined && Buffer.compare(found, stream) === 0) return;
  throw new Error(`another stream than Go's for an input of ${input.length} bytes`);
}

function run(command: readonly string[], cwd: string): Buffer {
  const env = { ...process.env, GOFLAGS: "", CGO_ENABLED: "0" };
  const { status, stdout, stderr } = runForBytes(command, env, { cwd });
  if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout;
}

/** The zlib streams of all sections that have one. */
function compressedSections(file: Uint8Array): readonly Uint8Array[] {
  const { shoff, shnum } = readStruct(EHDR64, file, 0);
  const streams: Uint8Array[] = [];
  for (let i = 0; i < shnum; i++) {
    const { flags, offset, size } = readStruct(SHDR64, file, Number(shoff) + i * SHDR64.size);
    if ((flags & SHF_COMPRESSED) === 0n) continue;
    const section = file.subarray(Number(offset), Number(offset + size));
    expect(new DataView(section.buffer, section.byteOffset).getUint32(0, true)).toBe(ELFCOMPRESS_ZLIB);
    streams.push(section.slice(CHDR_SIZE));
  }
  return streams;
}

/** Splits pieces that follow their 32-bit little-endian sizes. */
function pieces(bytes: Buffer): readonly Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32LE(at);
    list.push(new Uint8Array(bytes.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return list;
}
