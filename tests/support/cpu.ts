/** The CPU of this machine. */
import { readFileSync } from "node:fs";
import type { Level } from "../../src/levels/level.ts";

/** The best level of this machine's CPU, by Linux's own account of its features. */
export function cpuLevel(): Level {
  const text = readFileSync("/proc/cpuinfo", "utf8");
  const flags = new Set(/^flags\s*:(.*)$/m.exec(text)?.[1]?.split(" "));
  const needs: readonly (readonly [Level, readonly string[]])[] = [
    ["v4", ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]],
    ["v3", ["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"]],
    ["v2", ["cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"]],
  ];
  let level: Level = "v1";
  for (const [candidate, features] of needs.toReversed()) {
    if (!features.every((feature) => flags.has(feature))) break;
    level = candidate;
  }
  return level;
}
