import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeFrame } from "../../src/bundle/codec.ts";
import { readDirectory, writePayload } from "../../src/bundle/directory.ts";
import { CODEC, HEADER, VERSION } from "../../src/bundle/format.ts";
import { writeStruct } from "../../src/bundle/struct.ts";
import { sha256 } from "../../src/bundle/variant.ts";
import { goldenVariant, IMAGE_CHECKSUM } from "../support/golden.ts";

const golden = readFileSync(join(import.meta.dir, "..", "golden", "payload-v1.bin"));

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
      ["v1", "zstd_reference", 1],
      ["v3", "zstd", 1],
    ]);
    for (const { level, size, sha256: stored, frames } of variants) {
      const whole = goldenVariant(level);
      expect(size).toBe(whole.length);
      expect(frames.length).toBe(2);
      expect(Buffer.from(stored).equals(sha256(whole))).toBe(true);
    }
  });

  test("decodes to what was encoded", async () => {
    const base = goldenVariant("v3");
    for (const { level, frames } of readDirectory(golden, "golden").variants) {
      const pieces = frames.map(({ offset, storedSize, size, referenceOffset, referenceSize }) => {
        const dictionary = base.subarray(referenceOffset, referenceOffset + referenceSize);
        return decodeFrame(golden.subarray(offset, offset + storedSize), dictionary, size);
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
});
