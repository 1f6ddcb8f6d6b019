/**
 * Damaged and hostile bundles: the launcher must end with its line and status, or, where the damage is in
 * what this start does not need, run the right program. It must never crash, hang or start anything else.
 *
 * Thousands of real starts: each case changes some bytes of one file in place and puts them back.
 */
import { describe, expect, test } from "bun:test";
import { closeSync, copyFileSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { type Directory, readDirectory } from "../../src/bundle/stored.ts";
import { FRAME, HEADER } from "../../src/engine/format.ts";
import { writeStruct } from "../../src/engine/struct.ts";
import { scratch } from "../support/folders.ts";
import { findPlaces, forgeDirectory, forgeFields } from "../support/hostile.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, buildVariant } from "../support/variants.ts";

/** Statuses that the README documents for what is wrong with a bundle. */
const DAMAGED = [112, 113];
/** v1 is stored as a difference from v3: its start reads the frames of both. */
const LEVEL = "v1";

const path = `${scratch}/damage`;
copyFileSync(await buildBundle(), path);
const original = readFileSync(path);
const elf = parseElf(original, path);
const section = findSection(elf, ".mgo");
if (section === undefined) throw new Error("no payload");
const payloadAt = section.offset;
const payload = original.subarray(payloadAt, payloadAt + section.size);
const directory = await readDirectory(payload, path);
const places = findPlaces(payload);
const variant = readFileSync(buildVariant(LEVEL));

/** Repeatable random whole numbers below a limit (mulberry32). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

interface Change {
  /** Offset in the payload, in bytes. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Judges the bundle with these changes made. */
function judgeChanged(changes: readonly Change[], judgeFile: () => string): string {
  const file = openSync(path, "r+");
  for (const { at, bytes } of changes) writeSync(file, bytes, 0, bytes.length, payloadAt + at);
  closeSync(file);
  try {
    return judgeFile();
  } finally {
    const again = openSync(path, "r+");
    for (const { at, bytes } of changes) {
      writeSync(again, original, payloadAt + at, bytes.length, payloadAt + at);
    }
    closeSync(again);
  }
}

/** Starts the bundle. @returns what is wrong with how that went, "refused" or "ran" where all is well */
function judge(): string {
  const { status, signal, stdout, stderr } = runProgram([path, "x"], { GOAMD64: LEVEL });
  if (status === 0 && stdout === `[${LEVEL} x]\n` && stderr === "") return "ran";
  const refused = status !== null && DAMAGED.includes(status) && stdout === "";
  if (refused && /^\[mgo\] launcher: [^:\n]+: [^\n]+\n$/.test(stderr)) return "refused";
  const output = `stdout ${JSON.stringify(stdout)} stderr ${JSON.stringify(stderr)}`;
  return `status ${status} signal ${signal} ${output}`;
}

/** As `judge`, of what the launcher extracts. */
function judgeExtracted(): string {
  const env = { GOAMD64: LEVEL, MGODEBUG: "extract" };
  const { exitCode, signalCode, stdout, stderr } = Bun.spawnSync([path], { env });
  if (exitCode === 0 && stdout.equals(variant)) return "ran";
  // Frames in front of the damaged one are written already.
  const isStart = stdout.equals(variant.subarray(0, stdout.length));
  const refused = exitCode !== null && DAMAGED.includes(exitCode) && isStart;
  if (refused && /^\[mgo\] launcher: [^:\n]+: [^\n]+\n$/.test(stderr.toString())) return "refused";
  const output = `${stdout.length} bytes stderr ${JSON.stringify(stderr.toString())}`;
  return `status ${exitCode} signal ${signalCode} ${output}`;
}

const startAll = (cases: readonly (readonly Change[])[], ...allowed: readonly string[]): readonly string[] =>
  judgeAll(cases, judge, allowed);

/** Judges each of the changed bundles; the outcomes that are none of the allowed, with their changes. */
function judgeAll(
  cases: readonly (readonly Change[])[],
  judgeFile: () => string,
  allowed: readonly string[],
): readonly string[] {
  return cases.flatMap((changes) => {
    const outcome = judgeChanged(changes, judgeFile);
    const what = changes.map(
      ({ at, bytes }) => `${at}:${Buffer.from(bytes.subarray(0, 16)).toString("hex")}`,
    );
    return allowed.includes(outcome) ? [] : [`${what.join(" ")} → ${outcome}`];
  });
}

function flipped(at: number, mask: number): Change {
  return { at, bytes: Uint8Array.of((payload[at] ?? 0) ^ mask) };
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe("the launcher, given a damaged bundle,", () => {
  test("runs it when nothing is changed", () => {
    expect(judge()).toBe("ran");
  });

  test("refuses each flipped bit pattern in each byte of the directory", () => {
    const cases = range(places.end).flatMap((at) => [0x01, 0x80, 0xff].map((mask) => [flipped(at, mask)]));
    expect(startAll(cases, "refused")).toEqual([]);
    expect(cases.length).toBeGreaterThan(1500);
  });

  test("survives each field of each struct at its limits, with the checksum made right", () => {
    const cases = (without: readonly string[] = []) =>
      forgeFields(payload, without).map((bytes) => [{ at: 0, bytes }]);
    // From another frame of the base, or by another filter, another program is made.
    expect(startAll(cases(["base_frame", "filter"]), "refused", "ran")).toEqual([]);
    expect(judgeAll(cases(), judgeExtracted, ["refused", "ran"])).toEqual([]);
    expect(cases().length).toBeGreaterThan(500);
  });

  test("refuses random bytes in every frame that a start reads", () => {
    const random = randomFrom(1);
    const frames = framesOf(directory, LEVEL).concat(framesOf(directory, "v3"));
    const cases = range(1000).map((index) => {
      const frame = frames[index % frames.length] ?? { offset: 0, storedSize: 1 };
      return [flipped(frame.offset + random(frame.storedSize), 1 + random(255))];
    });
    expect(startAll(cases, "refused")).toEqual([]);
  });

  test("refuses frames that are damaged behind right checksums", () => {
    const random = randomFrom(2);
    const all = directory.variants.flatMap(({ frames }) => frames);
    const frames = framesOf(directory, LEVEL).concat(framesOf(directory, "v3"));
    const cases = range(600).map((index) => {
      const frame = frames[index % frames.length];
      if (frame === undefined) throw new Error("no frame");
      const stored = payload.slice(frame.offset, frame.offset + frame.storedSize);
      // Mostly near the start, where zstd keeps its headers and tables.
      const reach = index % 2 === 0 ? Math.min(200, stored.length) : stored.length;
      for (let count = 1 + random(4); count > 0; count--) stored[random(reach)] = random(256);
      stored[random(reach)] = ((stored[0] ?? 0) + 1 + random(255)) & 0xff;
      const at = places.frames[all.indexOf(frame)] ?? 0;
      const bytes = forgeDirectory(payload, (directory) =>
        writeStruct(FRAME, directory, at, { stored_checksum: Bun.hash.xxHash64(stored) }),
      );
      return [
        { at: 0, bytes },
        { at: frame.offset, bytes: stored },
      ];
    });
    // A byte may have been set to what it was, or one that decoding does not depend on.
    expect(judgeAll(cases, judgeExtracted, ["refused", "ran"])).toEqual([]);
  });

  test("says so when the file is cut short, wherever that is", () => {
    const random = randomFrom(3);
    const frames = directory.variants.flatMap((variant) => variant.frames);
    const boundaries = [
      payloadAt,
      payloadAt + HEADER.size,
      payloadAt + (places.variants[1] ?? 0),
      payloadAt + (places.frames[0] ?? 0),
      payloadAt + places.end,
      ...frames.flatMap(({ offset, storedSize }) => [payloadAt + offset, payloadAt + offset + storedSize]),
      ...elf.sections.map(({ offset }) => offset),
      ...range(Math.ceil(original.length / 4096)).map((page) => page * 4096),
      ...range(200).map(() => random(original.length)),
    ];
    const sizes = [...new Set(boundaries.flatMap((at) => [at - 1, at, at + 1]))].filter(
      (size) => size >= FIRST_CODE_END && size < original.length,
    );
    const outcomes = sizes.flatMap((size) => {
      const outcome = startCut(size);
      // Behind what this start needs the launcher may refuse the file or not notice.
      const fits = outcome === "refused" || (outcome === "ran" && size >= payloadAt + lastNeeded());
      return fits ? [] : [`${size} → ${outcome}`];
    });
    expect(outcomes).toEqual([]);
    expect(sizes.length).toBeGreaterThan(500);
  });
});

/** Behind the code that reports a file that is cut short; a shorter one the kernel refuses, or it dies. */
const FIRST_CODE_END = 1024;

/** End of the last byte that a start at LEVEL needs, from the start of the payload. */
function lastNeeded(): number {
  const frames = framesOf(directory, LEVEL).concat(framesOf(directory, "v3"));
  return Math.max(...frames.map(({ offset, storedSize }) => offset + storedSize));
}

function startCut(size: number): string {
  const file = openSync(path, "r+");
  ftruncateSync(file, size);
  closeSync(file);
  try {
    return judge();
  } finally {
    const again = openSync(path, "r+");
    writeSync(again, original, size, original.length - size, size);
    closeSync(again);
  }
}

function framesOf(from: Directory, level: string) {
  return [...(from.variants.find((variant) => variant.level === level)?.frames ?? [])];
}
