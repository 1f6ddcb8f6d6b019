/** Files taken apart and put together again: hand-made ones, hostile ones, and what linkers make. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { findSection, parseElf, SHF_ALLOC, SHF_COMPRESSED, SHT_NOBITS } from "../../src/bundle/elf.ts";
import { EHDR64 } from "../../src/bundle/elf-structs.ts";
import { openBundle } from "../../src/bundle/read.ts";
import { joinStream, type Stream, splitStream } from "../../src/bundle/stream.ts";
import { loadDeflate, remember } from "../../src/engine/deflate.ts";
import { DETACHED_COUNT_MAX } from "../../src/engine/format.ts";

import { goMinor } from "../support/go.ts";
import { CHDR_SIZE, compressed, type MadeSection, makeElf } from "../support/sections.ts";
import { buildBundle, buildVariant, UNSTRIPPED } from "../support/variants.ts";

const deflate = await loadDeflate();
const LOADED: MadeSection = { name: ".text", bytes: words(500, 1), flags: SHF_ALLOC };

/** Text-like bytes, the same on every run. */
function words(size: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return 0x61 + ((state >>> 16) % 20);
  });
}

function goDeflated(contents: Uint8Array): Uint8Array {
  return deflate(contents, contents.length) ?? new Uint8Array();
}

/** Splits the file, and expects it back. */
function expectBack(file: Uint8Array): Stream {
  const stream = splitStream(file, deflate);
  const again = joinStream(stream, deflate);
  if (again === undefined || Buffer.compare(again, file) !== 0) throw new Error("another file");
  const contents = stream.detached.reduce((sum, { streamSize }) => sum + streamSize, 0);
  expect(stream.bytes.length).toBe(stream.skeletonSize + contents);
  return stream;
}

/** Returns the detached contents of a file by the section's name. */
function detachedOf(file: Uint8Array): Readonly<Record<string, Uint8Array>> {
  const { bytes, skeletonSize, detached } = expectBack(file);
  const { sections } = parseElf(file, "made");
  let at = skeletonSize;
  return Object.fromEntries(
    detached.map(({ offset, size, streamSize }) => {
      const section = sections.find((other) => other.offset + other.size === offset + size && other.size > 0);
      at += streamSize;
      return [section?.name, bytes.subarray(at - streamSize, at)];
    }),
  );
}

function debugSection(name: string, bytes: Uint8Array): MadeSection {
  return { name, bytes, flags: SHF_COMPRESSED };
}

describe("detach", () => {
  const contents = words(5000, 2);
  const stream = goDeflated(contents);

  test("takes what is not loaded, and inflates what Go's linker deflated", () => {
    const file = makeElf([
      LOADED,
      debugSection(".debug_info", compressed(stream, contents.length)),
      { name: ".symtab", bytes: words(240, 3), type: 2 },
      { name: ".comment", bytes: words(63, 4) },
    ]);
    const found = detachedOf(file);
    expect(Object.keys(found)).toEqual([".debug_info", ".symtab"]);
    expect(Buffer.from(found[".debug_info"] ?? []).equals(contents)).toBe(true);
    expect(Buffer.from(found[".symtab"] ?? []).equals(words(240, 3))).toBe(true);
  });

  test.each<readonly [string, Uint8Array]>([
    ["another deflater's stream", compressed(deflateSync(contents), contents.length)],
    ["bytes behind the stream", compressed(Buffer.concat([stream, words(9, 5)]), contents.length)],
    ["a stream that is cut short", compressed(stream.subarray(0, -1), contents.length)],
    ["a stream with another checksum", compressed(Uint8Array.from(stream).fill(1, -1), contents.length)],
    ["a size that is too small", compressed(stream, contents.length - 1)],
    ["a size that is too large", compressed(stream, contents.length + 1)],
    ["a size of nothing", compressed(stream, 0)],
    ["a size that there is no memory for", compressed(stream, Number.MAX_SAFE_INTEGER)],
    ["no stream at all", compressed(words(100, 6), 1000)],
  ])("leaves %s as it is, behind its header", (_what, bytes) => {
    const found = detachedOf(makeElf([LOADED, debugSection(".debug_info", bytes)]));
    expect(found).toEqual({ ".debug_info": new Uint8Array(bytes.subarray(CHDR_SIZE)) });
  });

  test("leaves what is compressed in another way as it is, with its header", () => {
    const bytes = compressed(stream, contents.length, 2);
    expect(detachedOf(makeElf([LOADED, debugSection(".debug_info", bytes)]))).toEqual({
      ".debug_info": new Uint8Array(bytes),
    });
  });

  test("does not take a stream of its contents' size for the contents", () => {
    // Sizes that are equal stand for contents as they are in the file.
    const noise = Uint8Array.from({ length: 200 }, (_, index) => (index * index * 31) >> 3);
    for (let size = 64; size < 200; size++) {
      const tail = new Uint8Array(200 - size);
      const inflated = Buffer.concat([noise.subarray(0, size), tail]);
      const bytes = deflate(inflated, 400) ?? new Uint8Array();
      expectBack(makeElf([LOADED, debugSection(".debug_info", compressed(bytes, inflated.length))]));
    }
  });

  test("takes nothing from a file that is no ELF executable", () => {
    for (const file of [new Uint8Array(), words(1000, 7), makeElf([LOADED]).subarray(0, 200)]) {
      expect(splitStream(file, deflate)).toEqual({ bytes: file, skeletonSize: file.length, detached: [] });
    }
  });

  test("gives back every file with a changed byte in its headers, which stay in the skeleton", () => {
    const file = makeElf([
      LOADED,
      debugSection(".debug_info", compressed(goDeflated(words(300, 8)), 300)),
      { name: ".symtab", bytes: words(240, 9), type: 2 },
      { name: ".strtab", bytes: words(100, 10), type: 3 },
    ]);
    const { shoff, shnum, shentsize } = parseElf(file, "made").header;
    const tables = [
      { start: 0, end: EHDR64.size + 56 },
      { start: Number(shoff), end: Number(shoff) + shnum * shentsize },
    ];
    const kept: number[] = [];
    for (const { start, end } of tables) {
      for (let at = start; at < end; at++) {
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
          const changed = Uint8Array.from(file);
          changed[at] = value;
          const { skeletonSize, detached } = expectBack(changed);
          kept.push(skeletonSize);
          if (start > 0 || detached.length === 0) continue;
          expect(detached.every(({ offset }) => offset >= EHDR64.size)).toBe(true);
        }
      }
    }
    expect(Math.min(...kept)).toBeGreaterThan(EHDR64.size);
  });

  test("takes as many sections as a variant may have, the largest", () => {
    const sections = range(300).map((n) => ({ name: `.debug_${n}`, bytes: words(100 + ((n * 7) % 300), n) }));
    const { detached } = expectBack(makeElf([LOADED, ...sections]));
    expect(detached.length).toBe(DETACHED_COUNT_MAX);
    expect(Math.min(...detached.map(({ size }) => size))).toBe(100 + 300 - DETACHED_COUNT_MAX);
  });

  test("takes no byte twice, none that is loaded, and none of a table", () => {
    const file = makeElf([LOADED, ...range(8).map((n) => ({ name: `.debug_${n}`, bytes: words(200, n) }))]);
    const { header } = parseElf(file, "made");
    const shoff = Number(header.shoff);
    const random = randomFrom(1);
    for (let round = 0; round < 2000; round++) {
      const changed = Buffer.from(file);
      for (let count = 1 + random(6); count > 0; count--) {
        // The names must stay where they are for there to be sections at all.
        const section = shoff + (1 + random(9)) * header.shentsize;
        changed.writeBigUInt64LE(BigInt(random(file.length - 400)), section + 24);
        changed.writeBigUInt64LE(BigInt(random(400)), section + 32);
      }
      const { detached } = expectBack(changed);
      const taken = new Uint8Array(changed.length);
      for (const { offset, size } of detached) {
        expect(taken.subarray(offset, offset + size).includes(1)).toBe(false);
        taken.fill(1, offset, offset + size);
      }
      for (const { offset, size, header: own } of loadedOf(changed)) {
        if (own.type !== SHT_NOBITS) expect(taken.subarray(offset, offset + size).includes(1)).toBe(false);
      }
      expect(taken.subarray(shoff, shoff + header.shnum * header.shentsize).includes(1)).toBe(false);
    }
  });
});

test("attach refuses what does not deflate to its size", () => {
  const contents = words(5000, 2);
  const file = makeElf([LOADED, debugSection(".debug_info", compressed(goDeflated(contents), 5000))]);
  const stream = splitStream(file, deflate);
  const [range] = stream.detached;
  if (range === undefined) throw new Error("nothing detached");
  for (const size of [range.size - 1, range.size + 1]) {
    expect(joinStream({ ...stream, detached: [{ ...range, size }] }, deflate)).toBeUndefined();
  }
});

test("remembering gives what deflating gives", () => {
  const remembering = remember(deflate);
  for (const input of [words(1000, 1), words(1000, 2), words(1000, 1)]) {
    for (const size of [100, 1000, 100]) expect(remembering(input, size)).toEqual(deflate(input, size));
  }
});

const gcc = Bun.which("gcc") !== null;

describe("splitting Go programs", () => {
  test("detaches debug data and symbols only", () => {
    const file = readFileSync(buildVariant("v3", "levels", UNSTRIPPED));
    const found = Object.keys(detachedOf(file));
    expect(found).toContain(".debug_info");
    expect(found.slice(-2)).toEqual([".symtab", ".strtab"]);
    expect(found.every((name) => /^\.(debug_.*|symtab|strtab)$/.test(name))).toBe(true);
  });

  // Go 1.27 has other code for compress/flate, which makes other streams.
  test.skipIf(goMinor() > 26)("inflates all debug data", () => {
    const { detached, skeletonSize } = expectBack(readFileSync(buildVariant("v3", "levels", UNSTRIPPED)));
    const deflated = detached.slice(0, -2);
    expect(deflated.every(({ size, streamSize }) => size < streamSize)).toBe(true);
    // The rest is what a stripped program has.
    expect(skeletonSize).toBeLessThan(readFileSync(buildVariant("v3")).length * 1.01);
  });

  test("detaches nothing of a stripped one", () => {
    expect(expectBack(readFileSync(buildVariant("v3"))).detached).toEqual([]);
  });

  test.skipIf(!gcc)("keeps what another linker deflated as it is", () => {
    const flags = ["-ldflags=-linkmode=external"];
    const file = readFileSync(buildVariant("v1", "name", { name: "external", flags, cgo: true }));
    const { detached } = expectBack(file);
    const info = findSection(parseElf(file, "external"), ".debug_info");
    const end = (info?.offset ?? 0) + (info?.size ?? 0);
    const range = detached.find(({ offset, size }) => offset + size === end);
    expect(range?.size).toBeGreaterThan(0);
  });
});

test("a skeleton is predicted from its base's alone, as a start decodes no more", async () => {
  const { directory } = await openBundle(await buildBundle({ kind: UNSTRIPPED, base: "v3" }));
  for (const { codec, contentFrames, skeletonFrameCount } of directory.variants) {
    const baseFrames = contentFrames.slice(0, skeletonFrameCount).map(({ baseFrame }) => baseFrame ?? -1);
    const isPredicted = codec === "predicted";
    expect(baseFrames.every((index) => index >= 0)).toBe(isPredicted);
    if (isPredicted) expect(Math.max(...baseFrames)).toBeLessThan(directory.base.skeletonFrameCount);
  }
});

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function loadedOf(file: Uint8Array) {
  return parseElf(file, "made").sections.filter(({ header }) => (header.flags & SHF_ALLOC) !== 0n);
}

/** Repeatable random whole numbers below a limit (xorshift32). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
