/** Other architectures than this machine's: their programs, run by qemu-user. */
import { join } from "node:path";
import type { Layout } from "../../src/bundle/layout.ts";
import {
  ARCHITECTURE_NAMES,
  type Architecture,
  architectureOf,
  type Level,
  variableOf,
} from "../../src/levels/level.ts";
import { ROOT } from "./folders.ts";
import { makeOnce } from "./once.ts";
import { expectSuccess, type Outcome } from "./run.ts";
import { MGO } from "./workspace.ts";

/** An architecture under an emulator. */
export interface Emulated {
  readonly architecture: Architecture;
  /** The emulator's program; null where it is missing. */
  readonly qemu: string | null;
  /** The default level that each CPU starts, by its name in `qemu-arm -cpu help`. */
  readonly cpus: Readonly<Record<string, Level>>;
}

const ALL: readonly Emulated[] = [
  {
    architecture: "arm",
    qemu: Bun.which("qemu-arm"),
    cpus: { arm926: "5", arm1176: "6", "cortex-a7": "7", max: "7" },
  },
  {
    architecture: "arm64",
    qemu: Bun.which("qemu-aarch64"),
    cpus: { "cortex-a53": "v8.0", "cortex-a76": "v8.1", max: "v8.1" },
  },
  // QEMU 7.2 has no riscv_hwprobe for programs, which tells higher levels.
  { architecture: "riscv64", qemu: Bun.which("qemu-riscv64"), cpus: { "sifive-u54": "rva20u64" } },
  {
    architecture: "ppc64le",
    qemu: Bun.which("qemu-ppc64le"),
    cpus: { power8: "power8", power9: "power9", power10: "power10" },
  },
];

/** Those that mgo builds for. */
export const emulated = ALL.filter(({ architecture }) => ARCHITECTURE_NAMES.includes(architecture));

/** The one of that name. */
export function emulatedAs(architecture: Architecture): Emulated {
  const found = emulated.find((machine) => machine.architecture === architecture);
  if (found === undefined) throw new Error(`no emulator for ${architecture}`);
  return found;
}

/** Variables of a build for an architecture, with the caches and programs of this machine. */
function targetEnvironment(architecture: Architecture): Readonly<Record<string, string | undefined>> {
  return {
    ...process.env,
    GOOS: "linux",
    GOARCH: architecture,
    CGO_ENABLED: "0",
    GOFLAGS: "",
    MGOFLAGS: "-mgo.compress=fast",
    MGODEBUG: undefined,
  };
}

/** Flags as a part of a file's name. */
function nameOf(flags: readonly string[]): string {
  return flags.join("").replaceAll(/[^\w-]/g, "_");
}

/** Path of a program below tests/programs as `go build` makes it for that level, once in a run. */
export function buildPlain(level: Level, flags: readonly string[] = [], program = "variant"): string {
  const architecture = architectureOf(level);
  const name = `${program}-${architecture}-${level}${nameOf(flags)}`;
  return makeOnce(
    name,
    (output) => ["go", "build", "-trimpath", "-ldflags=-s -w", ...flags, "-o", output, "."],
    {
      cwd: join(ROOT, "tests", "programs", program),
      env: { ...targetEnvironment(architecture), [variableOf(architecture)]: level },
    },
  );
}

/** Flags that leave symbols and debug data in a program. */
export const UNSTRIPPED: readonly string[] = ["-ldflags="];

/** Path of a bundle of a program below tests/programs as mgo builds it, once in a run. */
export function buildEmulated(
  architecture: Architecture,
  layout: Layout,
  program = "variant",
  more: readonly string[] = [],
): string {
  const flags = [`-mgo.layout=${layout}`, "-trimpath", "-ldflags=-s -w", ...more];
  return makeOnce(
    `${program}-${architecture}-${layout}${nameOf(more)}`,
    (output) => [...MGO, "build", ...flags, "-o", output, "."],
    {
      cwd: join(ROOT, "tests", "programs", program),
      env: targetEnvironment(architecture),
    },
  );
}

/** Output of tests/programs/variant. */
export interface VariantReport {
  readonly arch: string;
  readonly level: string;
  readonly args: readonly string[];
  readonly executable: string;
  readonly comm: string;
  readonly sum: string;
}

/** The report of a program that ended well. */
export function reportOf(outcome: Outcome): VariantReport {
  return JSON.parse(expectSuccess(outcome).stdout);
}
