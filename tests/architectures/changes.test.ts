/** Changes that levels of other architectures than amd64 make, judged by objdump and Go's nm. */
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { changesProgram, findChanges } from "../../src/bundle/changes.ts";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { createBundle } from "../../src/bundle/write.ts";
import { loadLauncher } from "../../src/engine/products.ts";
import { architectureOf, type Level } from "../../src/levels/level.ts";
import { buildPlain, emulated } from "../support/architectures.ts";
import { differingFunctions, sizesOf } from "../support/disassembly.ts";
import { runOn } from "../support/emulated.ts";
import { scratch } from "../support/folders.ts";
import { expectSuccess, runProgram } from "../support/run.ts";

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

describe.each<readonly [Level, Level, string?]>([
  ["5", "6"],
  ["6", "7"],
  ["7", "5"],
  ["v8.0", "v8.1"],
  ["v8.1", "v8.0"],
  ["v8.1", "v8.2"],
  ["rva20u64", "rva22u64"],
  ["rva22u64", "rva23u64"],
  // Large enough for calls that do not reach their targets.
  ["rva22u64", "rva23u64", "name"],
  ["power8", "power9"],
  ["power9", "power10"],
])("from %s to %s", (base, level, program = "tuned") => {
  const architecture = architectureOf(base);

  test("the functions that differ are those that objdump shows, of nm's sizes", async () => {
    const [a, b] = [base, level].map((one) => buildPlain(one, UNSTRIPPED, program));
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
      ...[base, level].map((one) => buildPlain(one, UNSTRIPPED, program)),
      ...[base, level].map((one) => buildPlain(one, [], program)),
    ].map((path) => path ?? "");
    const { dataSize: _, ...whole } = await changesOf(a ?? "", b ?? "");
    expect(await changesOf(strippedA ?? "", strippedB ?? "")).toMatchObject(whole);
  });
});

test.each<readonly [Level, Level]>([
  ["v8.0", "v8.1"],
  ["power8", "power9"],
])(
  "without a fixed address, %s and %s differ in the same functions, or nothing is told",
  async (base, level) => {
    const flags = ["-buildmode=pie"];
    const [a, b] = [base, level].map((one) => readFileSync(buildPlain(one, flags, "tuned")));
    if (a === undefined || b === undefined) throw new Error("unreachable");
    const found = await findChanges(a, b);
    const fixed = await changesOf(buildPlain(base, [], "tuned"), buildPlain(level, [], "tuned"));
    // Code for ppc64le has addresses that count from a table then.
    if (base === "power8") expect(found).toBeUndefined();
    else expect(found?.functions.map(({ name }) => name)).toEqual(fixed.functions.map(({ name }) => name));
  },
);

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

const machine = emulated.find(({ architecture }) => architecture === "arm64");

test.skipIf(machine?.qemu == null)(
  "a level that changes Go's runtime alone starts the base in place",
  async () => {
    if (machine === undefined) throw new Error("unreachable");
    const [low, base, high] = (["v8.0", "v8.1", "v8.2"] as const).map((level) =>
      buildPlain(level, UNSTRIPPED),
    );
    if (low === undefined || base === undefined || high === undefined) throw new Error("unreachable");
    const { stdout } = expectSuccess(runProgram(["go", "tool", "nm", high], process.env));
    const address = Number.parseInt(/^ *([0-9a-f]+) T runtime\.printbool$/m.exec(stdout)?.[1] ?? "", 16);
    const bytes = readFileSync(high);
    const { offset = 0, header } = findSection(parseElf(bytes, high), ".text") ?? {};
    const at = offset + address - Number(header?.addr);
    // Its first instruction loads a field of another place.
    bytes.writeUInt8(bytes.readUInt8(at + 1) ^ 4, at + 1);
    const changed = join(scratch, "changed");
    writeFileSync(changed, bytes);
    const signal = new AbortController().signal;
    const launcher = await loadLauncher({ architecture: "arm64", env: process.env, signal });
    const inputs = [low, base, changed].map((path) => ({ path }));
    const { chunks } = await createBundle(inputs, launcher, { layout: "direct", compress: "fast" });
    const bundle = join(scratch, "direct");
    writeFileSync(bundle, Buffer.concat(chunks), { mode: 0o755 });
    const { lines, status } = runOn(machine, "max", [bundle], { MGODEBUG: "log" });
    expect([status, ...lines]).toEqual([
      0,
      "in place is v8.1: v8.2 changes nothing of it outside of Go's runtime",
      expect.stringMatching(/^starting variant GOARM64=v8\.1\b/),
    ]);
  },
);
