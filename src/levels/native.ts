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

/** The architecture whose bundles this machine runs; undefined if it is none or the system is another one. */
export function nativeArchitecture(): Architecture | undefined {
  const name = GOARCH[process.arch] ?? process.arch;
  return process.platform === "linux" && isArchitecture(name) ? name : undefined;
}

/**
 * The levels that this machine can run, at least one.
 *
 * @throws MgoError if its system or architecture is another one, or the levels cannot be read
 */
export function nativeLevels(architecture: Architecture): readonly [Level, ...Level[]] {
  if (nativeArchitecture() !== architecture) {
    const machine = `${process.platform}/${process.arch}`;
    throw new MgoError(`this machine is ${machine}: it runs no program for linux/${architecture}`, {
      hint: "name a level instead",
    });
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
