import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDirectory, type StoredFrame, writePayload } from "../../src/bundle/directory.ts";
import { decodeFrame } from "../../src/bundle/frame.ts";
import { sha256 } from "../../src/bundle/variant.ts";
import { CODEC, DETACHED, FRAME, HEADER, VARIANT, VERSION } from "../../src/engine/format.ts";
import { Predictor } from "../../src/engine/predictor.ts";
import { writeStruct } from "../../src/engine/struct.ts";
import { MgoError } from "../../src/system/error.ts";
import { goldenVariant, IMAGE_CHECKSUM } from "../support/golden.ts";
import { findPlaces, forgeDirectory, forgeFields } from "../support/hostile.ts";

const golden = readFileSync(join(import.meta.dir, "..", "golden", "payload-v1.bin"));
/** In which both variants have detached ranges, v3 has two. */
const apart = readFileSync(join(import.meta.dir, "..", "launcher", "payload", "payload.mgo"));

describe("the golden payload", () => {
  test("reads as what was written", () => {
    const { version, layout, payloadSize, imageChecksum, variants } = readDirectory(golden, "golden");
    expect({ version, layout, payloadSize, imageChecksum }).toEqual({
      version: 1,
      layout: "packed",
      payloadSize: golden.length,
      imageChecksum: IMAGE_CHECKSUM,
    });
    expect(variants.map(({ level, codec, base }) => [level, codec, base])).toEqual([
      ["v1", "predicted", 1],
      ["v3", "zstd", 1],
    ]);
    for (const { level, size, sha256: stored, extraFrameCount, frames } of variants) {
      const whole = goldenVariant(level);
      expect(size).toBe(whole.length);
      expect(frames.length - extraFrameCount).toBe(2);
      expect(Buffer.from(stored).equals(sha256(whole))).toBe(true);
    }
  });

  test("decodes to what was encoded", async () => {
    const decode = ({ offset, storedSize, size }: StoredFrame, dictionary: Uint8Array = new Uint8Array()) =>
      decodeFrame(golden.subarray(offset, offset + storedSize), dictionary, size);
    const predictor = await Predictor.of({ bytes: goldenVariant("v3"), imageSize: 0 });
    for (const { level, extraFrameCount, frames } of readDirectory(golden, "golden").variants) {
      const recipe = await Promise.all(frames.slice(0, extraFrameCount).map((frame) => decode(frame)));
      const prediction = recipe.length > 0 ? predictor.open(Buffer.concat(recipe)) : undefined;
      let offset = 0;
      const pieces = frames.slice(extraFrameCount).map((frame) => {
        offset += frame.size;
        return decode(frame, prediction?.predict(offset - frame.size, frame.size));
      });
      expect(Buffer.concat(await Promise.all(pieces)).equals(goldenVariant(level))).toBe(true);
    }
  });

  test("is what today's writer makes of the same frames", () => {
    const { variants, imageChecksum } = readDirectory(golden, "golden");
    const encoded = variants.map((variant) => ({
      ...variant,
      codec: CODEC[variant.codec],
      frames: variant.frames.map((frame) => ({
        ...frame,
        stored: golden.subarray(frame.offset, frame.offset + frame.storedSize),
      })),
    }));
    expect(Buffer.concat(writePayload(encoded, 1, imageChecksum)).equals(golden)).toBe(true);
  });
});

describe("readDirectory", () => {
  test("refuses every cut", () => {
    for (let size = 0; size < 1000; size++) {
      expect(() => readDirectory(golden.subarray(0, size), "cut")).toThrow(/cut is a damaged bundle: /);
    }
  });

  test("refuses every changed byte of the directory", () => {
    const end = Math.min(
      ...readDirectory(golden, "golden").variants.flatMap(({ frames }) => frames.map((f) => f.offset)),
    );
    for (let at = 0; at < end; at++) {
      const bytes = Uint8Array.from(golden);
      bytes[at] = (bytes[at] ?? 0) ^ 0x41;
      expect(() => readDirectory(bytes, "changed")).toThrow(
        /^changed (is a damaged bundle|has bundle format)/,
      );
    }
  });

  test("names an unknown version and the one it reads", () => {
    const bytes = Uint8Array.from(golden);
    writeStruct(HEADER, bytes, 0, { version: 7 });
    expect(() => readDirectory(bytes, "new")).toThrow(
      `new has bundle format version 7; this mgo reads version ${VERSION}`,
    );
  });

  const { variants, frames } = findPlaces(golden);
  const [v1 = 0, v3 = 0] = variants;
  const [first = 0, second = 0] = frames;
  test.each<readonly [string, (bytes: Uint8Array) => void, string]>([
    ["a layout", (b) => writeStruct(HEADER, b, 0, { layout: 2 }), "uses layout 2"],
    [
      "a layout that is another's",
      (b) => writeStruct(HEADER, b, 0, { layout: 1 }),
      "none of the layout direct",
    ],
    ["an address", (b) => writeStruct(HEADER, b, 0, { address: 64n }), "none of the layout packed"],
    ["an entry", (b) => writeStruct(HEADER, b, 0, { entry: 1n }), "none of the layout packed"],
    [
      "a layout without a variant in place",
      (b) => writeStruct(HEADER, b, 0, { layout: 1, address: 64n, entry: 1n }),
      "it has 0 variants in place",
    ],
    ["a start policy", (b) => writeStruct(HEADER, b, 0, { start_policy: 1 }), "none of the layout packed"],
    ["reserved bytes of the header", (b) => b.fill(1, 53, 54), "reserved"],
    ["the payload's size", (b) => writeStruct(HEADER, b, 0, { payload_size: 5000n }), "payload"],
    ["a level", (b) => writeStruct(VARIANT, b, v1, { level: 5 }), "level 5"],
    ["the order of levels", (b) => writeStruct(VARIANT, b, v3, { level: 1 }), "order"],
    ["a codec", (b) => writeStruct(VARIANT, b, v1, { codec: 9 }), "uses codec 9"],
    ["a checksum of a variant", (b) => writeStruct(VARIANT, b, v1, { checksum: 1n }), "has a checksum"],
    [
      "a codec to one in place",
      (b) => writeStruct(VARIANT, b, v3, { codec: 2 }),
      "it has 1 variants in place",
    ],
    ["a variant's detached ranges", (b) => writeStruct(VARIANT, b, v1, { detached_count: 1 }), "cut short"],
    ["a base that is none", (b) => writeStruct(VARIANT, b, v1, { base: 2 }), "refers to a base"],
    ["a base that refers itself", (b) => writeStruct(VARIANT, b, v1, { base: 0 }), "refers to a base"],
    ["another base of the base", (b) => writeStruct(VARIANT, b, v3, { base: 0 }), "refers to a base"],
    ["a variant's size", (b) => writeStruct(VARIANT, b, v1, { size: 7n }), "size"],
    ["a run's start", (b) => writeStruct(VARIANT, b, v3, { frame_first: 1 }), "runs"],
    ["a run's length", (b) => writeStruct(VARIANT, b, v3, { frame_count: 3 }), "frame table is cut short"],
    ["an empty run", (b) => writeStruct(VARIANT, b, v1, { frame_count: 0 }), "runs"],
    ["frames of no variant", (b) => writeStruct(VARIANT, b, v3, { frame_count: 1 }), "size"],
    ["a frame's place", (b) => writeStruct(FRAME, b, second, { stored_offset: 300n }), "follow one another"],
    ["a frame's stored size", (b) => writeStruct(FRAME, b, first, { stored_size: 0 }), "stored size"],
    ["a frame's size", (b) => writeStruct(FRAME, b, first, { size: 1 << 21 }), "a frame's size"],
    ["a recipe's length", (b) => writeStruct(VARIANT, b, v1, { extra_frame_count: 0 }), "extra frames"],
    ["a recipe that is all", (b) => writeStruct(VARIANT, b, v1, { extra_frame_count: 3 }), "extra frames"],
    ["a recipe of the base", (b) => writeStruct(VARIANT, b, v3, { extra_frame_count: 1 }), "extra frames"],
  ])("refuses a change of %s behind a right checksum", (_what, change, message) => {
    const directory = forgeDirectory(golden, change);
    const payload = Buffer.concat([directory, golden.subarray(directory.length)]);
    expect(() => readDirectory(payload, "forged")).toThrow(message);
  });

  const places = findPlaces(apart);
  const [, variant = 0] = places.variants;
  const [, one = 0, last = 0] = places.detached;
  const [frame = 0, next = 0] = places.frames.slice(-3);
  const sizes = readDirectory(apart, "apart").variants[1];
  const end = BigInt(sizes?.size ?? 0);
  test.each<readonly [string, (bytes: Uint8Array) => void, string]>([
    ["how many there are", (b) => writeStruct(HEADER, b, 0, { detached_count: 2 }), "checksum|frames"],
    ["a variant's share", (b) => writeStruct(VARIANT, b, variant, { detached_count: 1 }), "size"],
    [
      "a share that is too large",
      (b) => writeStruct(VARIANT, b, variant, { detached_count: 3 }),
      "cut short",
    ],
    ["a variant's size", (b) => writeStruct(VARIANT, b, variant, { size: end + 1n }), "size"],
    ["an empty range", (b) => writeStruct(DETACHED, b, one, { size: 0n }), "empty"],
    ["a range of nothing", (b) => writeStruct(DETACHED, b, one, { stream_size: 0n }), "empty"],
    ["the order", (b) => writeStruct(DETACHED, b, last, { offset: 2099n }), "overlap"],
    ["a range's end", (b) => writeStruct(DETACHED, b, last, { offset: end - 1n }), "past the end"],
    ["an end that wraps", (b) => writeStruct(DETACHED, b, last, { offset: 2n ** 64n - 1n }), "past the end"],
    ["a range's size", (b) => writeStruct(DETACHED, b, one, { size: 99n }), "size"],
    ["a size that nothing makes", (b) => writeStruct(DETACHED, b, one, { size: 265n }), "larger"],
    ["what is stored for it", (b) => writeStruct(DETACHED, b, last, { stream_size: 2999n }), "size"],
    [
      "where the skeleton ends",
      (b) => {
        writeStruct(FRAME, b, frame, { size: 505 });
        writeStruct(FRAME, b, next, { size: 2047 });
      },
      "skeleton",
    ],
  ])("refuses a change of detached ranges, %s, behind a right checksum", (_what, change, message) => {
    const payload = Buffer.concat([forgeDirectory(apart, change), apart.subarray(places.end)]);
    expect(() => readDirectory(payload, "forged")).toThrow(new RegExp(`^forged is a damaged .*(${message})`));
  });

  test.each([golden, apart])("never ends but in a directory or an error for the user", (whole) => {
    for (const directory of forgeFields(whole)) {
      const payload = Buffer.concat([directory, whole.subarray(directory.length)]);
      try {
        readDirectory(payload, "forged");
      } catch (error) {
        expect(error).toBeInstanceOf(MgoError);
      }
    }
  });
});
