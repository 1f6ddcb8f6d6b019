/** Which level the machine that mgo runs on can run: the launcher's rules (launcher/arch/amd64/cpu.zig), by Linux's account. */
import { readFileSync } from "node:fs";
import { MgoError, reasonOf } from "../system/error.ts";
import { LEVELS, type Level, levelNumber } from "./level.ts";

/**
 * What each level needs beyond the one below, as Linux names features in /proc/cpuinfo: those of the x86-64 psABI.
 * Linux takes away what it does not save the state of, and what stands and falls with that: XCR0 need not be asked.
 */
const FEATURES: Readonly<Record<Level, readonly string[]>> = {
  v1: ["fpu", "cx8", "cmov", "mmx", "fxsr", "sse", "sse2"],
  v2: ["pni", "ssse3", "cx16", "sse4_1", "sse4_2", "popcnt", "lahf_lm"],
  v3: ["fma", "movbe", "xsave", "avx", "f16c", "abm", "bmi1", "avx2", "bmi2"],
  v4: ["avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl"],
};

/**
 * The highest level that this machine can run.
 *
 * @throws MgoError if it is no x86-64 machine with Linux, or does not tell
 */
export function nativeLevel(): Level {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new MgoError(
      `this machine is ${process.platform}/${process.arch}: it runs no variant of a bundle`,
      {
        hint: "name a level instead",
      },
    );
  }
  let text: string;
  try {
    text = readFileSync("/proc/cpuinfo", "latin1");
  } catch (cause) {
    throw new MgoError(`cannot tell what this CPU can run: /proc/cpuinfo: ${reasonOf(cause)}`, { cause });
  }
  const level = levelOfCpus(text);
  if (level === undefined)
    throw new MgoError("cannot tell what this CPU can run: /proc/cpuinfo does not say");
  return level;
}

/** The highest level that all CPUs of a /proc/cpuinfo can run; undefined if it names no features, or too few. */
export function levelOfCpus(text: string): Level | undefined {
  const cpus = [...text.matchAll(/^flags\s*:(.*)$/gm)].map(([, flags = ""]) => new Set(flags.split(" ")));
  if (cpus.length === 0) return undefined;
  const missing = LEVELS.findIndex((level) =>
    FEATURES[level].some((feature) => cpus.some((flags) => !flags.has(feature))),
  );
  return missing < 0 ? LEVELS.at(-1) : LEVELS[missing - 1];
}

/** The highest of the levels, sorted or not, that is not above a limit; undefined if all are. */
export function highestUpTo(levels: readonly Level[], limit: Level): Level | undefined {
  return LEVELS.filter((level) => levels.includes(level) && levelNumber(level) <= levelNumber(limit)).at(-1);
}
