/** The level that the machine mgo runs on can run, by Linux's account; launcher/arch asks the CPU instead. */
import { readFileSync } from "node:fs";
import { ARCHITECTURES } from "../engine/levels.ts";
import { MgoError, reasonOf } from "../system/error.ts";
import { ARCHITECTURE, LEVELS, type Level, levelNumber } from "./level.ts";

const { features: FEATURES } = ARCHITECTURES[ARCHITECTURE];

/**
 * The features as Linux names them in /proc/cpuinfo. Linux removes those whose state it does not save, and
 * those that depend on them: XCR0 need not be asked.
 */
const FLAG: Readonly<Record<(typeof FEATURES)[Level][number], string>> = {
  CMOV: "cmov",
  CX8: "cx8",
  FPU: "fpu",
  FXSR: "fxsr",
  MMX: "mmx",
  SSE: "sse",
  SSE2: "sse2",
  CMPXCHG16B: "cx16",
  "LAHF-SAHF": "lahf_lm",
  POPCNT: "popcnt",
  SSE3: "pni",
  SSE4_1: "sse4_1",
  SSE4_2: "sse4_2",
  SSSE3: "ssse3",
  AVX: "avx",
  AVX2: "avx2",
  BMI1: "bmi1",
  BMI2: "bmi2",
  F16C: "f16c",
  FMA: "fma",
  LZCNT: "abm",
  MOVBE: "movbe",
  OSXSAVE: "xsave",
  AVX512F: "avx512f",
  AVX512BW: "avx512bw",
  AVX512CD: "avx512cd",
  AVX512DQ: "avx512dq",
  AVX512VL: "avx512vl",
};

/**
 * The highest level that this machine can run.
 *
 * @throws MgoError if its system or architecture is another one, or the level cannot be read
 */
export function nativeLevel(): Level {
  if (process.platform !== "linux" || process.arch !== "x64") {
    const machine = `${process.platform}/${process.arch}`;
    throw new MgoError(`this machine is ${machine}: it runs no variant of a bundle`, {
      hint: "name a level instead",
    });
  }
  const level = levelOfCpus(readCpus());
  if (level !== undefined) return level;
  throw new MgoError("cannot tell what this CPU can run: /proc/cpuinfo does not say");
}

function readCpus(): string {
  try {
    return readFileSync("/proc/cpuinfo", "latin1");
  } catch (cause) {
    throw new MgoError(`cannot tell what this CPU can run: /proc/cpuinfo: ${reasonOf(cause)}`, { cause });
  }
}

/** The highest level that all CPUs of a /proc/cpuinfo can run; undefined if it names too few features. */
export function levelOfCpus(text: string): Level | undefined {
  const cpus = [...text.matchAll(/^flags\s*:(.*)$/gm)].map(([, flags = ""]) => new Set(flags.split(" ")));
  if (cpus.length === 0) return undefined;
  const missing = LEVELS.findIndex((level) =>
    FEATURES[level].some((feature) => cpus.some((flags) => !flags.has(FLAG[feature]))),
  );
  return missing < 0 ? LEVELS.at(-1) : LEVELS[missing - 1];
}

/** The highest of the levels, sorted or not, that is not above a limit; undefined if all are. */
export function highestUpTo(levels: readonly Level[], limit: Level): Level | undefined {
  return LEVELS.filter((level) => levels.includes(level) && levelNumber(level) <= levelNumber(limit)).at(-1);
}
