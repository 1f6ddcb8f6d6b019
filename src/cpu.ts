/**
 * The best level of this machine's CPU, by the rules of the launcher (launcher/cpu.zig), which asks the CPU itself.
 */
import { readFile } from "node:fs/promises";
import { LEVELS, type Level } from "./level.ts";

/**
 * The features that each level adds to the one below (x86-64 psABI, "Micro-Architecture Levels"), by the names that
 * Linux gives them in /proc/cpuinfo: `pni` is SSE3, `abm` is LZCNT. Linux leaves out AVX and AVX-512 where it does not
 * save their registers, so that nothing else has to be asked for that.
 */
const FEATURES: ReadonlyMap<Level, string> = new Map([
  ["v1", "fpu cx8 cmov mmx fxsr sse sse2"],
  ["v2", "pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm"],
  ["v3", "fma movbe avx f16c abm bmi1 avx2 bmi2"],
  ["v4", "avx512f avx512dq avx512cd avx512bw avx512vl"],
]);

/**
 * The levels that this machine's CPU and kernel support, lowest first; none where they cannot be told, which is
 * anywhere but on Linux on x86-64.
 */
export async function supportedLevels(): Promise<readonly Level[]> {
  return levelsIn(await readFile("/proc/cpuinfo", "latin1").catch(() => ""));
}

/** @param cpuinfo what Linux says in /proc/cpuinfo; what the first CPU lacks, none has */
export function levelsIn(cpuinfo: string): readonly Level[] {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/));
  const missing = LEVELS.findIndex(
    (level) => !(FEATURES.get(level) ?? "").split(" ").every((flag) => flags.has(flag)),
  );
  return missing < 0 ? LEVELS : LEVELS.slice(0, missing);
}
