import { expect, test } from "bun:test";
import { cpuLevel, levelOfCpu } from "../src/cpu.ts";
import { buildBundle, runProgram } from "./support/variants.ts";

const V1 = "fpu cx8 cmov mmx fxsr sse sse2";
const V2 = `${V1} pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm`;
const V3 = `${V2} fma movbe avx f16c abm bmi1 avx2 bmi2`;
const V4 = `${V3} avx512f avx512dq avx512cd avx512bw avx512vl`;

test.each([
  [V1, "v1"],
  [V2, "v2"],
  [V3, "v3"],
  [V4, "v4"],
  [V3.replace(" abm", ""), "v2"],
  [V4.replace(" popcnt", ""), "v1"],
  ["", "v1"],
] as const)("a CPU with %s has the level %s", (flags, level) => {
  expect(levelOfCpu(`processor\t: 0\nflags\t\t: ${flags}\nbugs\t\t:\n`)).toBe(level);
});

test("this machine's level is the one that the launcher starts", async () => {
  const { stderr } = runProgram([await buildBundle()], { MGODEBUG: "log" });
  expect(stderr).toContain(`starting variant GOAMD64=${cpuLevel()}`);
});
