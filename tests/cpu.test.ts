import { expect, test } from "bun:test";
import { levelsIn, supportedLevels } from "../src/cpu.ts";
import { LEVELS } from "../src/level.ts";
import { buildBundle, runProgram } from "./support/variants.ts";

const V1 = "fpu cx8 cmov mmx fxsr sse sse2";
const V2 = `${V1} pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm`;
const V3 = `${V2} fma movbe avx f16c abm bmi1 avx2 bmi2`;
const V4 = `${V3} avx512f avx512dq avx512cd avx512bw avx512vl`;

test.each([
  [V1, 1],
  [V2, 2],
  [V3, 3],
  [V4, 4],
  [V3.replace(" abm", ""), 2],
  [V4.replace(" popcnt", ""), 1],
  ["", 0],
])("a CPU with %s has so many levels: %d", (flags, count) => {
  expect(levelsIn(`processor\t: 0\nflags\t\t: ${flags}\nbugs\t\t:\n`)).toEqual(LEVELS.slice(0, count));
});

test("what is no /proc/cpuinfo of x86-64 has none", () => {
  expect(levelsIn("Features : fp asimd\n")).toEqual([]);
});

test("this machine's highest level is the one that the launcher starts", async () => {
  const { stderr } = runProgram([await buildBundle()], { MGODEBUG: "log" });
  expect(stderr).toContain(`starting variant GOAMD64=${(await supportedLevels()).at(-1)}`);
});
