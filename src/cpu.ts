/**
 * The level of this machine's CPU, by Linux's own account: the kernel takes a feature out of /proc/cpuinfo whose
 * state it does not save. A bundle asks the CPU itself, by the same rules (launcher/cpu.zig).
 */
import { readFileSync } from "node:fs";
import { LEVELS, type Level, levelNumber } from "./level.ts";

/** The features of each level beyond those of the one below, as Linux calls them: LZCNT is abm, SSE3 is pni. */
const FEATURES: Readonly<Record<Level, readonly string[]>> = {
  v1: ["fpu", "cx8", "cmov", "mmx", "fxsr", "sse", "sse2"],
  v2: ["cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"],
  v3: ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"],
  v4: ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
};

/** Whether this machine may start programs for linux/amd64, and tells its CPU's level. */
export function hasLevels(): boolean {
  return process.platform === "linux" && process.arch === "x64";
}

/** The best level that this machine's CPU and kernel support; v1 where /proc is not there to tell. */
export function cpuLevel(): Level {
  try {
    return levelOfCpu(readFileSync("/proc/cpuinfo", "latin1"));
  } catch {
    return "v1";
  }
}

/** @param cpuinfo the contents of /proc/cpuinfo */
export function levelOfCpu(cpuinfo: string): Level {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(" "));
  const missing = LEVELS.find((level) => !FEATURES[level].every((feature) => flags.has(feature)));
  if (missing === undefined) return "v4";
  return LEVELS[levelNumber(missing) - 2] ?? "v1";
}

export interface Selection {
  readonly level: Level;
  /** Whether a level was asked for that the CPU does not support. */
  readonly isRefused: boolean;
}

/**
 * The variant that a bundle would start: launcher/select.zig.
 *
 * @param present the levels that there are
 * @param cpu the best level of the CPU
 * @param asked GOAMD64; what is no level asks for nothing
 * @returns undefined where none of the levels fits the CPU
 */
export function selectLevel(
  present: readonly Level[],
  cpu: Level,
  asked: Level | undefined,
): Selection | undefined {
  const highestUpTo = (top: Level): Level | undefined =>
    present.findLast((level) => levelNumber(level) <= levelNumber(top));
  const best = highestUpTo(cpu);
  if (best === undefined) return undefined;
  if (asked === undefined) return { level: best, isRefused: false };
  const wanted = highestUpTo(asked) ?? present[0] ?? best;
  return levelNumber(wanted) > levelNumber(cpu)
    ? { level: best, isRefused: true }
    : { level: wanted, isRefused: false };
}
