import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { correspond, readImage } from "../../src/bundle/correspondence.ts";
import { EHDR64, SHDR64 } from "../../src/bundle/elf-structs.ts";
import { openSource } from "../../src/bundle/encode.ts";
import { openBundle } from "../../src/bundle/read.ts";
import { storedReference } from "../../src/bundle/reference.ts";
import { splitStream } from "../../src/bundle/stream.ts";
import { loadDeflate, remember } from "../../src/engine/deflate.ts";
import { FRAME_SIZE_MAX } from "../../src/engine/format.ts";
import { readStruct } from "../../src/engine/struct.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { buildBundle, buildVariant, kinds } from "../support/variants.ts";

const deflate = remember(await loadDeflate());

/** Shares of a program of 1.5 MB that are left to store with `fast`, a fifth more than measured. */
const SHARE_MAX = { v1: 0.041, v2: 0.038, v4: 0.0052 } as const;
const SHARE_MAX_UNSTRIPPED = { v1: 0.144, v2: 0.128, v4: 0.0236 } as const;

describe.each(kinds)("the variants of a %s program", (kind) => {
  test.each(["packed", "direct"] as const)("are little beside their base in a %s bundle", async (layout) => {
    const { directory } = await openBundle(await buildBundle({ layout, kind, base: "v3" }));
    const shares = new Map<string, number>(
      Object.entries(kind === "unstripped" ? SHARE_MAX_UNSTRIPPED : SHARE_MAX),
    );
    for (const { level, frames, size } of directory.variants) {
      if (level === "v3") continue;
      const shareMax = shares.get(level) ?? 0;
      const stored = frames.reduce((sum, { storedSize }) => sum + storedSize, 0);
      expect([level, stored / size < shareMax]).toEqual([level, true]);
    }
  });
});

test("each level can be predicted from each", async () => {
  for (const base of LEVELS) {
    const reference = readFileSync(buildVariant(base));
    const source = await openSource(storedReference(reference, splitStream(reference, deflate)), "amd64");
    for (const level of LEVELS) {
      const file = readFileSync(buildVariant(level));
      const image = readImage(file, splitStream(file, deflate));
      const { recipe } = source.predictor.prepare(file, correspond(source.reference.image, image));
      const prediction = source.predictor.open(recipe);
      const [size, step] = [file.length, 1 << 18];
      let wrong = 0;
      // A piece is predicted from bytes near its own place.
      const frame = { position: 0, size: Math.min(reference.length, FRAME_SIZE_MAX), filterSize: 0 };
      for (let offset = 0; offset < size; offset += step) {
        const piece = file.subarray(offset, offset + step);
        const position = Math.min(Math.max(offset - step, 0), reference.length - frame.size);
        const found = prediction?.predict(offset, piece.length, { ...frame, position }) ?? new Uint8Array();
        wrong += piece.reduce((count, byte, index) => count + Number(byte !== found[index]), 0);
      }
      prediction?.close();
      // The ELF headers and the gap behind them are not predicted, nor the build's own ID.
      expect([base, level, wrong / size < (base === level ? 0.001 : 0.09)]).toEqual([base, level, true]);
    }
  }
});

test("wrong section headers cost bytes, not more", async () => {
  const reference = readFileSync(buildVariant("v3"));
  const source = await openSource(storedReference(reference, splitStream(reference, deflate)), "amd64");
  const file = readFileSync(buildVariant("v1"));
  const { shoff, shnum } = readStruct(EHDR64, file, 0);
  const frame = { position: 0, size: FRAME_SIZE_MAX, filterSize: reference.length };
  let seed = 1;
  const random = (limit: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % limit;
  };
  for (let round = 0; round < 150; round++) {
    const lying = Buffer.from(file);
    for (let count = 1 + random(4); count > 0; count--) {
      const at = Number(shoff) + random(shnum) * SHDR64.size + random(SHDR64.size);
      lying.writeUInt8(random(256), at);
    }
    const stream = splitStream(lying, deflate);
    const { recipe } = source.predictor.prepare(
      stream.bytes,
      correspond(source.reference.image, readImage(lying, stream)),
    );
    const prediction = source.predictor.open(recipe);
    expect(prediction).toBeDefined();
    expect(prediction?.predict(random(lying.length), 1000, frame).length).toBe(1000);
    prediction?.close();
  }
});
