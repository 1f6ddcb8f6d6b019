import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writePayload } from "../../src/bundle/directory.ts";
import { placeFrames } from "../../src/bundle/encode.ts";
import { decodeFrame } from "../../src/bundle/frame.ts";
import { readDirectory, type StoredFrame } from "../../src/bundle/stored.ts";
import { sha256 } from "../../src/bundle/variant.ts";
import { CODEC, FRAME, HEADER, VARIANT, VERSION } from "../../src/engine/format.ts";
import { Patches } from "../../src/engine/patches.ts";
import { Predictor } from "../../src/engine/predictor.ts";
import { writeStruct } from "../../src/engine/struct.ts";
import { goldenVariant, IMAGE_CHECKSUM } from "../support/golden.ts";
import { findPlaces, forgeDirectory } from "../support/hostile.ts";

const golden = readFileSync(join(import.meta.dir, "..", "golden", "payload-v2.bin"));
/** Both variants have detached ranges, v3 has two. */
const apart = readFileSync(join(import.meta.dir, "..", "launcher", "payload", "payload.mgo"));

describe("the golden payload", () => {
  test("reads as what was written", async () => {
    const { version, layout, payloadSize, imageChecksum, variants } = await readDirectory(golden, "golden");
    expect({ version, layout, payloadSize, imageChecksum }).toEqual({
      version: 2,
      layout: "packed",
      payloadSize: golden.length,
      imageChecksum: IMAGE_CHECKSUM,
    });
    expect(variants.map(({ level, codec, base }) => [level, codec, base])).toEqual([
      ["v1", "predicted", 1],
      ["v3", "zstd", 1],
    ]);
    for (const variant of variants) {
      const whole = goldenVariant(variant.level);
      const { size, streamSize, skeletonSize, contentFrames, skeletonFrameCount } = variant;
      expect([size, streamSize, skeletonSize]).toEqual([whole.length, whole.length, whole.length]);
      expect([contentFrames.length, skeletonFrameCount]).toEqual([2, 2]);
      expect(Buffer.from(variant.sha256).equals(sha256(whole))).toBe(true);
    }
  });

  test("decodes to what was encoded", async () => {
    const patches = await Patches.load();
    const decode = ({ offset, storedSize, size }: StoredFrame, dictionary: Uint8Array = new Uint8Array()) =>
      decodeFrame(golden.subarray(offset, offset + storedSize), dictionary, patches.sizeMax(size));
    const whole = { bytes: goldenVariant("v3"), imageSize: 0, isInPlace: false };
    const predictor = await Predictor.of(whole, "amd64");
    const { base, variants } = await readDirectory(golden, "golden");
    const frames = placeFrames(base.contentFrames, base.skeletonSize);
    for (const { level, extraFrames, contentFrames } of variants) {
      const recipe = await Promise.all(extraFrames.map((frame) => decode(frame)));
      const prediction = recipe.length > 0 ? predictor.open(Buffer.concat(recipe)) : undefined;
      let offset = 0;
      const pieces = contentFrames.map(async (frame) => {
        offset += frame.size;
        if (prediction === undefined) return decode(frame);
        const baseFrame = frames[frame.baseFrame ?? -1];
        expect(baseFrame).toBeDefined();
        const predicted = prediction.predict(offset - frame.size, frame.size, baseFrame);
        return patches.apply(predicted, await decode(frame, predicted)) ?? new Uint8Array();
      });
      expect(Buffer.concat(await Promise.all(pieces)).equals(goldenVariant(level))).toBe(true);
    }
  });

  test("is what today's writer makes of the same frames", async () => {
    const { variants, imageChecksum } = await readDirectory(golden, "golden");
    const encoded = variants.map((variant) => ({
      ...variant,
      codec: CODEC[variant.codec],
      extraFrameCount: variant.extraFrames.length,
      frames: variant.frames.map((frame) => ({
        ...frame,
        stored: golden.subarray(frame.offset, frame.offset + frame.storedSize),
      })),
    }));
    expect(
      Buffer.concat(writePayload(encoded, 1, { imageChecksum, origin: false, asksForOwnFile: false })).equals(
        golden,
      ),
    ).toBe(true);
  });
});

test("a directory with detached ranges is read with what follows from them", async () => {
  const { base, variants } = await readDirectory(apart, "apart");
  expect(base.level).toBe("v1");
  for (const { size, detached, streamSize, skeletonSize, contentFrames, skeletonFrameCount } of variants) {
    const cut = detached.reduce((sum, range) => sum + range.size, 0);
    const contents = detached.reduce((sum, range) => sum + range.streamSize, 0);
    expect(skeletonSize).toBe(size - cut);
    expect(streamSize).toBe(skeletonSize + contents);
    const skeleton = contentFrames.slice(0, skeletonFrameCount);
    expect(skeleton.reduce((sum, frame) => sum + frame.size, 0)).toBe(skeletonSize);
  }
  expect(variants.map(({ detached }) => detached.length)).toEqual([1, 2]);
});

// engine/bundle tests each check; here it is what people are told.
describe("a directory that is wrong is refused", () => {
  test("wherever it ends early", async () => {
    for (let size = 0; size < 1000; size++) {
      const read = readDirectory(golden.subarray(0, size), "cut");
      await expect(read).rejects.toThrow(/^cut is a damaged bundle: its (payload|directory) /);
    }
  });

  test("by the names of an unknown version and the one that this mgo reads", async () => {
    const bytes = Uint8Array.from(golden);
    writeStruct(HEADER, bytes, 0, { version: 7 });
    await expect(readDirectory(bytes, "new")).rejects.toThrow(
      `new has bundle format version 7; this mgo reads version ${VERSION}`,
    );
  });

  const [v1 = 0] = findPlaces(golden).variants;
  const [frame = 0] = findPlaces(golden).frames;
  test.each<readonly [string, (bytes: Uint8Array) => void]>([
    ["uses layout 2, which this mgo does not know", (b) => writeStruct(HEADER, b, 0, { layout: 2 })],
    [
      "is for architecture 5, which this mgo does not know",
      (b) => writeStruct(HEADER, b, 0, { architecture: 5 }),
    ],
    ["uses codec 9, which this mgo does not know", (b) => writeStruct(VARIANT, b, v1, { codec: 9 })],
    ["is a damaged bundle: it has a variant of level 5", (b) => writeStruct(VARIANT, b, v1, { level: 5 })],
    ["is a damaged bundle: it has 1 variants in place", (b) => writeStruct(VARIANT, b, v1, { codec: 2 })],
    ["is a damaged bundle: a frame's size is wrong", (b) => writeStruct(FRAME, b, frame, { size: 0 })],
  ])("as one that %s", async (message, change) => {
    const directory = forgeDirectory(golden, change);
    const payload = Buffer.concat([directory, golden.subarray(directory.length)]);
    await expect(readDirectory(payload, "forged")).rejects.toThrow(`forged ${message}`);
  });

  test("if a size is larger than numbers can tell", async () => {
    // Only a variant in place may be larger than its frames.
    const directory = forgeDirectory(golden, (bytes) => {
      writeStruct(HEADER, bytes, 0, { layout: 1, address: 64n, entry: 1n });
      writeStruct(VARIANT, bytes, v1 + VARIANT.size, { codec: 2, size: 2n ** 53n });
      for (const at of findPlaces(golden).frames) writeStruct(FRAME, bytes, at, { base_frame: 0 });
    });
    const payload = Buffer.concat([directory, golden.subarray(directory.length)]);
    await expect(readDirectory(payload, "huge")).rejects.toThrow(
      "a variant's size is not that of its frames",
    );
  });
});
