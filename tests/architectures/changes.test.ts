/** Changes that levels of other architectures than amd64 make, judged by objdump and Go's nm. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { changesProgram, findChanges } from "../../src/bundle/changes.ts";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { architectureOf, type Level } from "../../src/levels/level.ts";
import { buildPlain } from "../support/architectures.ts";
import { differingFunctions, sizesOf } from "../support/disassembly.ts";

const UNSTRIPPED = ["-ldflags="];

async function changesOf(base: string, variant: string) {
  const changes = await findChanges(readFileSync(base), readFileSync(variant));
  if (changes === undefined) throw new Error(`cannot tell what ${variant} changes of ${base}`);
  return changes;
}

/** All but functions with a constant that may as well be an address. */
const isClear = (name: string): boolean => !/^runtime\.call(262144|524288)$/.test(name);

/** Whether a function without the padding behind it may have one of nm's sizes, which are multiples of 16. */
const fits = (size: number, known: readonly number[] | undefined): boolean =>
  size === 0 || (known?.some((padded) => size <= padded && padded - size < 16) ?? false);

describe.each<readonly [Level, Level]>([
  ["5", "6"],
  ["6", "7"],
  ["7", "5"],
  ["v8.0", "v8.1"],
  ["v8.1", "v8.0"],
  ["v8.1", "v8.2"],
  ["rva20u64", "rva22u64"],
  ["rva22u64", "rva23u64"],
  ["power8", "power9"],
  ["power9", "power10"],
])("from %s to %s", (base, level) => {
  const architecture = architectureOf(base);

  test("the functions that differ are those that objdump shows, of nm's sizes", async () => {
    const [a, b] = [base, level].map((one) => buildPlain(one, UNSTRIPPED, "tuned"));
    if (a === undefined || b === undefined) throw new Error("unreachable");
    const { functions } = await changesOf(a, b);
    const names = new Set(functions.map(({ name }) => name).filter(isClear));
    expect([...names].sort()).toEqual(differingFunctions(a, b, architecture).filter(isClear));
    const [baseSizes, sizes] = [a, b].map(sizesOf);
    for (const { name, variantSize, baseSize } of functions) {
      const isKnown = fits(variantSize, sizes?.get(name)) && fits(baseSize, baseSizes?.get(name));
      expect([name, isKnown]).toEqual([name, true]);
    }
  });

  test("without symbols, they are the same", async () => {
    const [a, b, strippedA, strippedB] = [
      ...[base, level].map((one) => buildPlain(one, UNSTRIPPED, "tuned")),
      ...[base, level].map((one) => buildPlain(one, [], "tuned")),
    ].map((path) => path ?? "");
    const { dataSize: _, ...whole } = await changesOf(a ?? "", b ?? "");
    expect(await changesOf(strippedA ?? "", strippedB ?? "")).toMatchObject(whole);
  });
});

/** Numbers that look random, the same in each run. */
function numbers(): (limit: number) => number {
  let seed = 1;
  return (limit) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % limit;
  };
}

test.each<Level>(["v3", "7", "v8.1", "rva22u64", "power9", "power10"])(
  "no bit of the code of a program for %s differs unnoticed",
  async (level) => {
    const path = buildPlain(level, [], "tuned");
    const base = readFileSync(path);
    const { offset = 0, size = 0 } = findSection(parseElf(base, path), ".text") ?? {};
    const random = numbers();
    for (let round = 0; round < 400; round += 1) {
      const variant = Buffer.from(base);
      const at = offset + random(size);
      const bit = 1 << random(8);
      variant.writeUInt8(variant.readUInt8(at) ^ bit, at);
      const { runtime, program } = (await findChanges(base, variant)) ?? {};
      expect([at, bit, (runtime?.functions ?? 0) + (program?.functions ?? 0)]).toEqual([at, bit, 1]);
    }
  },
);

test.each<readonly [Level, Level]>([
  ["6", "7"],
  ["v8.0", "v8.1"],
  ["rva22u64", "rva23u64"],
  ["power8", "power9"],
])("code and data under a build tag count, from %s to %s", async (base, level) => {
  const changes = await changesOf(buildPlain(base, [], "tuned"), buildPlain(level, [], "tuned"));
  const own = changes.functions.map(({ name }) => name).filter((name) => name.startsWith("main."));
  // One differs in which function it calls.
  expect(own).toEqual(expect.arrayContaining(["main.chosen", "main.weigh"]));
  expect(own).not.toContain("main.first");
  expect(changes.dataSize).toBeGreaterThanOrEqual(16);
  expect(changesProgram(changes)).toBe(true);
});
