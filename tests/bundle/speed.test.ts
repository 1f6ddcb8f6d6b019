/** Prices of frames, and frames whose literals lose their Huffman codes. */
import { describe, expect, test } from "bun:test";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { encodeFrame } from "../../src/bundle/frame.ts";
import { loadPrice } from "../../src/engine/speed.ts";
import { buildVariant } from "../support/variants.ts";

const FRAME_SIZE = 256 * 1024;
/** Bytes for a microsecond, so many that no code is worth its time. */
const ANYTHING = 1_000_000;

const program = await Bun.file(buildVariant("v3")).bytes();

function compress(bytes: Uint8Array, level: number): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
}

function decodes(stored: Uint8Array, bytes: Uint8Array): boolean {
  return zstdDecompressSync(stored).equals(bytes);
}

/** Literals of each kind: none, few, all alike, coded, coded by the table of an earlier block. */
const SAMPLES: readonly [string, Uint8Array][] = [
  ["nothing", new Uint8Array()],
  ["a byte", new Uint8Array(1)],
  ["zeros", new Uint8Array(FRAME_SIZE)],
  ["noise", pseudorandom(FRAME_SIZE, 256)],
  ["noise of few bytes", pseudorandom(FRAME_SIZE, 5)],
  ["noise of few bytes, short", pseudorandom(100, 5)],
  ["a program's code", program.subarray(FRAME_SIZE, 2 * FRAME_SIZE)],
  ["a program", program.subarray(0, 4 * FRAME_SIZE)],
];

describe("a frame of", () => {
  test.each(SAMPLES)("%s decodes the same without Huffman codes, and no slower", async (_what, bytes) => {
    const [free, expensive] = [await loadPrice(0), await loadPrice(ANYTHING)];
    for (const level of [1, 6, 12, 19, 22]) {
      const frame = compress(bytes, level);
      const kept = free(frame, bytes.length);
      expect(kept.bytes).toEqual(new Uint8Array(frame));
      expect(kept.cost).toBe(frame.length);

      const plain = expensive(frame, bytes.length);
      expect(decodes(plain.bytes, bytes)).toBe(true);
      expect(plain.bytes.length).toBeGreaterThanOrEqual(frame.length);
      const again = expensive(plain.bytes, bytes.length);
      expect(again).toEqual(plain);
    }
  });

  test("a program costs less if less of it is coded", async () => {
    const bytes = program.subarray(FRAME_SIZE, 2 * FRAME_SIZE);
    const price = await loadPrice(200);
    const frame = compress(bytes, 12);
    const { bytes: stored, cost } = price(frame, bytes.length);
    expect(stored.length).toBeGreaterThan(frame.length);
    // At no price, the cost is the size.
    const asItIs = (await loadPrice(0))(frame, bytes.length).cost;
    expect(cost).toBeGreaterThan(asItIs);
    expect(cost).toBeLessThan(price(compress(bytes, 1), bytes.length).cost);
  });

  test("each effort decodes", async () => {
    const bytes = program.subarray(FRAME_SIZE, 2 * FRAME_SIZE);
    const sizes: number[] = [];
    for (const effort of ["best", "default", "fast"] as const) {
      const stored = await encodeFrame(bytes, new Uint8Array(), effort, false);
      expect(decodes(stored, bytes)).toBe(true);
      sizes.push(stored.length);
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  test("noise is one frame, even if its size is that of a chunk of zlib's", async () => {
    const noise = pseudorandom(16 * 1024, 256);
    const price = await loadPrice(ANYTHING);
    const sizes: number[] = [];
    for (let size = noise.length - 32; size < noise.length; size++) {
      const stored = await encodeFrame(noise.subarray(0, size), new Uint8Array(), "fast", false);
      sizes.push(stored.length);
      expect(price(stored, size).cost).toBeFinite();
    }
    expect(sizes).toContain(noise.length);
  });

  test("an unknown kind, or one that is cut, stays as it is", async () => {
    const price = await loadPrice(ANYTHING);
    const frame = compress(program.subarray(0, FRAME_SIZE), 12);
    const cut = [0, 4, 5, 8, 20, 1000, frame.length - 1].map((size) => frame.subarray(0, size));
    for (const bytes of [...cut, new Uint8Array([...frame, 0])]) {
      expect(price(bytes, FRAME_SIZE)).toEqual({ bytes, cost: Number.POSITIVE_INFINITY });
    }
  });
});

/** Numbers below `range`, the same each time (the generator of Park and Miller). */
function pseudorandom(size: number, range: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: size }, () => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % range;
  });
}
