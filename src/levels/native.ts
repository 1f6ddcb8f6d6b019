/** The levels that this machine can run, by Linux's account; launcher/arch asks the CPU instead. */
import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { MgoError, reasonOf } from "../system/error.ts";
import { readFeatures } from "./cpuinfo.ts";
import { type Architecture, isArchitecture, type Level, levelsWithin } from "./level.ts";

/** GOARCH by Node's name, where they differ; ppc64 may be of either endianness. */
const GOARCH: Readonly<Partial<Record<string, string>>> = {
  x64: "amd64",
  ...(endianness() === "LE" ? { ppc64: "ppc64le" } : {}),
};

const NAME = GOARCH[process.arch] ?? process.arch;

/** The architecture whose bundles this machine runs; undefined if it is none or the system is another one. */
export function nativeArchitecture(): Architecture | undefined {
  return process.platform === "linux" && isArchitecture(NAME) ? NAME : undefined;
}

/**
 * The levels that this machine can run, at least one.
 *
 * @param hint what helps on another machine
 * @throws MgoError if its system or architecture is another one, or the levels cannot be read
 */
export function nativeLevels(architecture: Architecture, hint?: string): readonly [Level, ...Level[]] {
  if (nativeArchitecture() !== architecture) {
    throw new MgoError(
      `this machine is ${process.platform}/${NAME}: it runs no program for linux/${architecture}`,
      hint === undefined ? {} : { hint },
    );
  }
  const [first, ...others] = levelsOfCpus(architecture, readCpus());
  if (first !== undefined) return [first, ...others];
  throw new MgoError("cannot tell what this CPU can run: /proc/cpuinfo does not say");
}

function readCpus(): string {
  try {
    return readFileSync("/proc/cpuinfo", "latin1");
  } catch (cause) {
    throw new MgoError(`cannot tell what this CPU can run: /proc/cpuinfo: ${reasonOf(cause)}`, { cause });
  }
}

/** The levels that all CPUs of a /proc/cpuinfo can run; none if it names too few features. */
export function levelsOfCpus(architecture: Architecture, text: string): readonly Level[] {
  return levelsWithin(architecture, readFeatures(architecture, text));
}
