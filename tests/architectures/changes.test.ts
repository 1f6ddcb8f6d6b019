/** Changes that levels of other architectures than amd64 make, judged by objdump and Go's nm. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { findChanges } from "../../src/bundle/changes.ts";
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
