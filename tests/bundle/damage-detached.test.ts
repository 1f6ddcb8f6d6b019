/**
 * Damage to detached ranges: commands that put them back must end with a line and a status, and starts, which
 * do not read it, must go on. Each case changes some bytes of one file in place and puts them back.
 */
import { describe, expect, test } from "bun:test";
import { closeSync, copyFileSync, openSync, readFileSync, writeSync } from "node:fs";
import { zstdCompressSync } from "node:zlib";
import { decodeVariant } from "../../src/bundle/decode.ts";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { findVariant, openBundle } from "../../src/bundle/read.ts";
import { readDirectory, type StoredFrame, type StoredVariant } from "../../src/bundle/stored.ts";
import { DETACHED, FRAME } from "../../src/engine/format.ts";
import { writeStruct } from "../../src/engine/struct.ts";
import { MgoError } from "../../src/system/error.ts";
import { scratch } from "../support/folders.ts";
import { findPlaces, forgeDirectory } from "../support/hostile.ts";
import { buildBundle, buildVariant, UNSTRIPPED } from "../support/variants.ts";

const path = `${scratch}/damage-detached`;
copyFileSync(await buildBundle({ levels: ["v1", "v3"], kind: UNSTRIPPED }), path);
const original = readFileSync(path);
const whole = readFileSync(buildVariant("v1", "levels", UNSTRIPPED));
const payloadAt = findSection(parseElf(original, path), ".mgo")?.offset ?? 0;
const payload = original.subarray(payloadAt);
const { variants } = await readDirectory(payload, path);
const places = findPlaces(payload);
const detachedFrames = variants.flatMap(framesBehindSkeleton);

function framesBehindSkeleton({ contentFrames, skeletonFrameCount }: StoredVariant): readonly StoredFrame[] {
  return contentFrames.slice(skeletonFrameCount);
}

interface Change {
  /** Offset in the payload, in bytes. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Returns what an action makes of the file with these changes, which are undone afterwards. */
async function changed<T>(changes: readonly Change[], act: () => T): Promise<Awaited<T>> {
  const write = (bytes: (change: Change) => Uint8Array): void => {
    const file = openSync(path, "r+");
    for (const change of changes) {
      const part = bytes(change);
      writeSync(file, part, 0, part.length, payloadAt + change.at);
    }
    closeSync(file);
  };
  write(({ bytes }) => bytes);
  try {
    return await act();
  } finally {
    write(({ at, bytes }) => payload.subarray(at, at + bytes.length));
  }
}

/** @returns "done", "refused", or what is wrong with how it went */
function start(debug: string, wanted: (stdout: Buffer) => boolean): string {
  const env = { GOAMD64: "v1", MGODEBUG: debug };
  const { stdout, stderr, exitCode, signalCode } = Bun.spawnSync([path, "x"], {
    env,
    stdout: "pipe",
    stderr: "pipe",
  });
  if (exitCode === 0 && wanted(stdout) && stderr.length === 0) return "done";
  const line = stderr.toString();
  if (exitCode === 112 && /^\[mgo\] launcher: [^:\n]+: [^\n]+\n$/.test(line)) return "refused";
  const sizes = `stdout ${stdout.length} bytes, stderr ${JSON.stringify(line)}`;
  return `status ${exitCode} signal ${signalCode} ${sizes}`;
}

const run = (): string => start("", (stdout) => stdout.toString() === "[v1 x]\n");
const runWhole = (): string => start("symbols", (stdout) => stdout.toString() === "[v1 x]\n");
const extract = (): string => start("extract", (stdout) => stdout.equals(whole));

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe("the launcher, given damaged debug data,", () => {
  test("starts and extracts where nothing is changed", () => {
    expect([run(), runWhole(), extract()]).toEqual(["done", "done", "done"]);
    expect(detachedFrames.length).toBeGreaterThan(4);
  });

  test("starts, and refuses to put damaged frames back, of the base's too", async () => {
    for (const { offset, storedSize } of detachedFrames) {
      for (const at of [offset, offset + (storedSize >> 1), offset + storedSize - 1]) {
        const changes = [{ at, bytes: Uint8Array.of((payload[at] ?? 0) ^ 0x20) }];
        expect(await changed(changes, run)).toBe("done");
        expect(await changed(changes, extract)).toBe("refused");
        expect(await changed(changes, runWhole)).toBe("refused");
        await changed(changes, expectRefused);
      }
    }
  });

  test("survives each field of each detached range at its limits, with the checksum made right", async () => {
    const fields = Object.values(DETACHED.fields);
    for (const place of places.detached) {
      for (const { offset } of fields) {
        const at = place + offset;
        const value = payload.readBigUInt64LE(at);
        for (const other of [
          0n,
          1n,
          value - 1n,
          value + 1n,
          value * 2n,
          2n ** 32n,
          2n ** 63n,
          2n ** 64n - 1n,
        ]) {
          const bytes = forgeDirectory(payload, (directory) =>
            Buffer.from(directory.buffer).writeBigUInt64LE(BigInt.asUintN(64, other), at),
          );
          const changes = [{ at: 0, bytes }];
          // A range that was moved makes another file, whose SHA-256 the launcher does not look at.
          const outcome = await changed(changes, () => start("extract", (stdout) => stdout.length > 0));
          expect(["done", "refused"]).toContain(outcome);
          if (other !== value) await changed(changes, expectRefused);
        }
      }
    }
  });

  test("refuses ranges whose sizes are right in sum alone", async () => {
    // One byte from a range to the next: skeleton and stream stay as large as they are.
    const [variant] = variants;
    for (const [index, one] of (variant?.detached ?? []).entries()) {
      const next = variant?.detached[index + 1];
      if (next === undefined || one.size === one.streamSize || next.size === next.streamSize) continue;
      const bytes = forgeDirectory(payload, (directory) => {
        writeStruct(DETACHED, directory, places.detached[index] ?? 0, { size: BigInt(one.size - 1) });
        writeStruct(DETACHED, directory, places.detached[index + 1] ?? 0, { size: BigInt(next.size + 1) });
      });
      expect(await changed([{ at: 0, bytes }], extract)).toBe("refused");
      expect(await changed([{ at: 0, bytes }], runWhole)).toBe("refused");
      expect(await changed([{ at: 0, bytes }], run)).toBe("done");
      await changed([{ at: 0, bytes }], expectRefused);
    }
  });

  test("refuses other debug data of the base behind right checksums", async () => {
    const base = variants.find(({ codec }) => codec === "zstd");
    const all = variants.flatMap(({ frames }) => frames);
    const frames = base === undefined ? [] : framesBehindSkeleton(base);
    for (const frame of frames.slice(0, -1)) {
      const stored = zstdCompressSync(new Uint8Array(frame.size));
      expect(stored.length).toBeLessThan(frame.storedSize);
      // A skippable frame of zstd's (RFC 8878, section 3.1.2) fills the place.
      const filler = Buffer.alloc(frame.storedSize - stored.length);
      filler.writeUInt32LE(0x184d2a50, 0);
      filler.writeUInt32LE(filler.length - 8, 4);
      const bytes = Buffer.concat([stored, filler]);
      const directory = forgeDirectory(payload, (forged) =>
        writeStruct(FRAME, forged, places.frames[all.indexOf(frame)] ?? 0, {
          stored_checksum: Bun.hash.xxHash64(bytes),
        }),
      );
      const changes = [
        { at: 0, bytes: directory },
        { at: frame.offset, bytes },
      ];
      // v1's are predicted from these, and have checksums of their own.
      expect(await changed(changes, extract)).toBe("refused");
      expect(await changed(changes, run)).toBe("done");
    }
  });
});

/** By `mgo extract` and `mgo verify`. */
async function expectRefused(): Promise<void> {
  const bundle = await openBundle(path).catch((error: unknown) => {
    expect(error).toBeInstanceOf(MgoError);
  });
  if (bundle === undefined) return;
  const outcomes = await Promise.allSettled(
    bundle.directory.variants.map(({ level }) => decodeVariant(bundle, findVariant(bundle, level))),
  );
  const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  expect(reasons.length).toBeGreaterThan(0);
  for (const reason of reasons) expect(reason).toBeInstanceOf(MgoError);
}

test("places are where the directory has them", () => {
  const ranges = variants.flatMap(({ detached }) => detached);
  expect(range(ranges.length).map((index) => payload.readBigUInt64LE(places.detached[index] ?? 0))).toEqual(
    ranges.map(({ offset }) => BigInt(offset)),
  );
});
