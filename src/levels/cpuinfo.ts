/**
 * CPU features by their names in engine/format/levels, read from Linux's /proc/cpuinfo, which differs by
 * architecture (below arch in its sources: x86/kernel/cpu/proc.c, arm/kernel/setup.c, arm64/kernel/cpuinfo.c,
 * riscv/kernel/cpu.c, powerpc/kernel/setup-common.c).
 */
import { ARCHITECTURES } from "../engine/levels.ts";
import type { Architecture } from "./level.ts";

type FeatureOf<A extends Architecture> =
  (typeof ARCHITECTURES)[A]["features"][keyof (typeof ARCHITECTURES)[A]["features"]] extends infer List
    ? List extends readonly (infer Name extends string)[]
      ? Name
      : never
    : never;

/**
 * The features as Linux names them in /proc/cpuinfo. Linux removes those whose state it does not save, and
 * those that depend on them: XCR0 need not be asked.
 */
const FLAG: Readonly<Record<FeatureOf<"amd64">, string>> = {
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
 * The features of the CPUs in a /proc/cpuinfo: those that all of them have. None if it does not tell.
 */
export function readFeatures(architecture: Architecture, text: string): ReadonlySet<string> {
  const cpus = READERS[architecture](text);
  const [first = new Set<string>(), ...others] = cpus;
  return new Set([...first].filter((feature) => others.every((features) => features.has(feature))));
}

type Reader = (text: string) => readonly ReadonlySet<string>[];

/** A set for each CPU. */
const READERS: Readonly<Record<Architecture, Reader>> = {
  amd64: (text) => valuesOf(text, "flags").map((flags) => namesIn(flags, FLAG)),
  arm: readArm,
  arm64: (text) => valuesOf(text, "Features").map((flags) => namesIn(flags, lowerCase("arm64"))),
  riscv64: (text) => valuesOf(text, "isa").map(readIsa),
  ppc64le: (text) => valuesOf(text, "cpu").map(readPower),
};

/** The values of all lines that begin with the name. */
function valuesOf(text: string, name: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^${name}\\s*:(.*)$`, "gm"))].map(([, value = ""]) => value);
}

function namesIn(flags: string, names: Readonly<Record<string, string>>): ReadonlySet<string> {
  const words = new Set(flags.trim().split(/\s+/));
  return new Set(Object.keys(names).filter((name) => words.has(names[name] ?? "")));
}

function lowerCase(architecture: Architecture): Readonly<Record<string, string>> {
  const names = Object.values<readonly string[]>(ARCHITECTURES[architecture].features).flat();
  return Object.fromEntries(names.map((name) => [name, name.toLowerCase()]));
}

/**
 * The version of the instruction set ends the CPU's model: `ARMv6-compatible processor rev 7 (v6l)`. A kernel
 * of 64 bits may tell no model, and calls floating point by its name in 64 bits, unless `linux32` has started
 * the program that asks.
 */
function readArm(text: string): readonly ReadonlySet<string>[] {
  const models = [...valuesOf(text, "model name"), ...valuesOf(text, "Processor")];
  const named = models.flatMap((model) => {
    return [...model.matchAll(/\(v(\d+)[a-z]*\)/g)].map(([, version]) => Number(version));
  });
  const is64 = valuesOf(text, "CPU architecture").some((value) => value.trim() === "8");
  const version = named.length > 0 ? Math.min(...named) : is64 ? 8 : 0;
  const sets = [5, 6, 7].filter((at) => at <= version).map((at) => `ARMv${at}`);
  return valuesOf(text, "Features").map((flags) => {
    const [names, names64] = [
      { VFP: "vfp", VFPv3: "vfpv3" },
      { VFP: "fp", VFPv3: "asimd" },
    ];
    return new Set([...sets, ...namesIn(flags, names), ...namesIn(flags, names64)]);
  });
}

/** `rv64imafdcv_zba_zbb`: letters, then extensions with longer names. */
function readIsa(isa: string): ReadonlySet<string> {
  const [letters = "", ...extensions] = isa.trim().replace(/^rv64/, "").replace("g", "imafd").split("_");
  const names = new Set([...letters, ...extensions]);
  const has = (...all: readonly string[]): boolean => all.every((name) => names.has(name));
  return new Set([
    ...(has("i", "m", "a") ? ["IMA"] : []),
    ...(has("f", "d") ? ["FD"] : []),
    ...[...names].map((name) => name.toUpperCase()),
  ]);
}

/** `POWER9 (architected), altivec supported`; with AltiVec, Linux has VSX for programs, too. */
function readPower(cpu: string): ReadonlySet<string> {
  const generation = Number(/^\s*POWER(\d+)/i.exec(cpu)?.[1] ?? 0);
  const versions = { ARCH_2_07: 8, ARCH_3_00: 9, ARCH_3_1: 10 };
  const known = Object.entries(versions).filter(([, needed]) => generation >= needed);
  const vectors = cpu.includes("altivec supported") ? ["ALTIVEC", "VSX"] : [];
  return new Set([...known.map(([name]) => name), ...vectors]);
}
