/** Changes that variants make to their base, judged by objdump and Go's nm. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { changesProgram, findChanges } from "../../src/bundle/changes.ts";
import { EHDR64 } from "../../src/bundle/elf-structs.ts";
import { openBundle } from "../../src/bundle/read.ts";
import { findOwnFile, measureChanges } from "../../src/engine/changes.ts";
import { writeStruct } from "../../src/engine/struct.ts";
import type { Level } from "../../src/levels/level.ts";
import { differingFunctions, sizesOf } from "../support/disassembly.ts";
import { scratch } from "../support/folders.ts";
import { expectSuccess, runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, kinds, type Linkage, UNSTRIPPED } from "../support/variants.ts";

async function changesOf(base: string, variant: string) {
  const changes = await findChanges(readFileSync(base), readFileSync(variant));
  if (changes === undefined) throw new Error(`cannot tell what ${variant} changes of ${base}`);
  return changes;
}

const hasCompiler = Bun.which("gcc") !== null;
const PIE: Linkage = { name: "pie", flags: ["-ldflags=", "-buildmode=pie"] };
const CGO: Linkage = { name: "cgo", flags: ["-ldflags=-linkmode=external"], cgo: true };
const CGO_PIE: Linkage = { ...CGO, name: "cgo-pie", flags: [...CGO.flags, "-buildmode=pie"] };
const linkages = [UNSTRIPPED, PIE, ...(hasCompiler ? [CGO, CGO_PIE] : [])];

/** Whether a function is not C's: names without a package are those of internal/bytealg's assembly. */
const isOfGo = (name: string): boolean => name.includes(".") || /^(cmp|count|memeq)body$/.test(name);

describe.each(linkages)("the functions that differ in a program with $name", (linkage) => {
  test.each<readonly [Level, Level]>([
    ["v3", "v4"],
    ["v3", "v1"],
    ["v3", "v2"],
    ["v1", "v2"],
  ])("between %s and %s are those that objdump shows, of nm's sizes", async (base, level) => {
    const [a, b] = [base, level].map((one) => buildVariant(one, "tuned", linkage));
    if (a === undefined || b === undefined) throw new Error("unreachable");
    const { functions, runtime, program } = await changesOf(a, b);
    const ours = functions.filter(({ name }) => name !== "");
    const names = new Set(ours.map(({ name }) => name));
    expect([...names].sort()).toEqual(differingFunctions(a, b).filter(isOfGo));
    const [sizes, baseSizes] = [sizesOf(b), sizesOf(a)];
    for (const { name, variantSize, baseSize } of ours) {
      if (variantSize > 0)
        expect([name, sizes.get(name)]).toEqual([name, expect.arrayContaining([variantSize])]);
      if (baseSize > 0)
        expect([name, baseSizes.get(name)]).toEqual([name, expect.arrayContaining([baseSize])]);
    }
    expect(runtime.functions + program.functions).toBe(functions.length);
    const largest = functions.map((code) => Math.max(code.baseSize, code.variantSize));
    expect(runtime.size + program.size).toBe(largest.reduce((sum, size) => sum + size, 0));
  });
});

describe.each(kinds)("in a %s program", (kind) => {
  const pathOf = (level: Level, program: string): string => buildVariant(level, program, kind);

  test("v4 changes nothing but Go's runtime, without symbols as well", async () => {
    const changes = await changesOf(pathOf("v3", "place"), pathOf("v4", "place"));
    expect(changes).toMatchObject({ program: { functions: 0, size: 0 }, dataSize: 0 });
    expect(changes.runtime.functions).toBeGreaterThan(10);
    expect(changes.functions.map(({ name }) => name)).toContain("runtime.rt0_go");
    expect(changesProgram(changes)).toBe(false);
  });

  test("code and data under a build tag are the program's", async () => {
    const changes = await changesOf(pathOf("v3", "tuned"), pathOf("v4", "tuned"));
    const own = changes.functions.filter(({ isRuntime }) => !isRuntime).map(({ name }) => name);
    // One differs in which function it calls.
    expect(own.sort()).toEqual(["main.chosen", "main.weigh"]);
    // Two strings have changed places.
    expect(changes.dataSize).toBe(16);
    expect(changesProgram(changes)).toBe(true);
  });

  test("a constant under a build tag is a change, though no function differs", async () => {
    const changes = await changesOf(pathOf("v3", "levels"), pathOf("v4", "levels"));
    expect(changes.program.functions).toBe(0);
    expect(changes.dataSize).toBeGreaterThan(0);
    expect(changesProgram(changes)).toBe(true);
  });

  test("each variant changes nothing of itself, and as much of another as that one of it", async () => {
    const [v1, v3] = [pathOf("v1", "levels"), pathOf("v3", "levels")];
    const none = { functions: 0, size: 0 };
    expect(await changesOf(v3, v3)).toEqual({ runtime: none, program: none, dataSize: 0, functions: [] });
    const { functions: _, ...counts } = await changesOf(v1, v3);
    expect(await changesOf(v3, v1)).toMatchObject(counts);
  });

  test("a bundle has what was measured", async () => {
    const bundle = await openBundle(await buildBundle({ program: "tuned", kind, base: "v3" }));
    for (const { level, changes } of bundle.directory.variants) {
      const { functions: _, ...counts } = await changesOf(pathOf("v3", "tuned"), pathOf(level, "tuned"));
      expect([level, changes]).toEqual([level, counts]);
    }
  });
});

test.skipIf(!hasCompiler)("C code that is compiled for the level is the program's", async () => {
  const [generic, tuned] = [["-O3"], ["-O3", "-march=x86-64-v4"]].map((flags, index) => {
    const path = join(scratch, `compiled-${index}`);
    const level = index === 0 ? "v3" : "v4";
    const env = {
      ...process.env,
      GOAMD64: level,
      GOFLAGS: "",
      CGO_ENABLED: "1",
      CGO_CFLAGS: flags.join(" "),
    };
    const command = ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "."];
    const cwd = join(import.meta.dir, "..", "programs", "tuned");
    expectSuccess(runProgram(command, env, { cwd }));
    return path;
  });
  const { functions } = await changesOf(generic ?? "", tuned ?? "");
  const outside = functions.filter(({ name }) => name === "");
  expect(outside).toEqual([expect.objectContaining({ isRuntime: false })]);
});

test("an executable without section headers tells nothing, so it counts as changed", async () => {
  const [v3, v4] = [readFileSync(buildVariant("v3")), readFileSync(buildVariant("v4"))];
  writeStruct(EHDR64, v4, 0, { shoff: 0n, shnum: 0, shstrndx: 0 });
  expect(await findChanges(v3, v4)).toBeUndefined();
  expect(await findChanges(v3, Buffer.from("no executable"))).toBeUndefined();
  expect(changesProgram(undefined)).toBe(true);
});

test("damaged executables tell nothing, or something, and end nothing", async () => {
  const [v3, v4] = [readFileSync(buildVariant("v3")), readFileSync(buildVariant("v4"))];
  let seed = 1;
  const random = (limit: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % limit;
  };
  const shoff = Number(v4.readBigUInt64LE(EHDR64.fields.shoff.offset));
  let told = 0;
  for (let round = 0; round < 60; round++) {
    const lying = Buffer.from(v4);
    // Section headers in one half of the rounds, anything else in the other.
    for (let count = 1 + random(30); count > 0; count--) {
      const at = round % 2 === 0 ? shoff + random(15 * 64) : random(lying.length);
      if (at < lying.length) lying.writeUInt8(random(256), at);
    }
    const changes = await findChanges(v3, lying);
    if (changes === undefined) continue;
    expect(changes.runtime.functions + changes.program.functions).toBe(changes.functions.length);
    told += 1;
  }
  expect(told).toBeGreaterThan(0);
});

test("an executable too large for memory tells nothing", async () => {
  // As large as the memory that the engine can address.
  const huge = new Uint8Array(2 ** 32 - 1);
  const image = { address: 0n, size: 0 };
  const nothing = { base: image, variant: image, pairs: [] };
  expect(await measureChanges(huge, huge, nothing, "amd64")).toBeUndefined();
  expect(await findOwnFile(huge, nothing, "amd64")).toBeUndefined();
});
