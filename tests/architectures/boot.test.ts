/**
 * Bundles for other architectures in whole machines, which boot the Linux that tests/machine/fetch-kernels
 * has fetched for them: started by a kernel of their own, as on a board.
 */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { LAYOUTS, type Layout } from "../../src/bundle/layout.ts";
import {
  architectureOf,
  defaultBase,
  defaultLevelsOf,
  type Level,
  lowestOf,
  variableOf,
} from "../../src/levels/level.ts";
import { levelsOfCpus } from "../../src/levels/native.ts";
import { lastOf } from "../../src/levels/select.ts";
import { buildEmulated, buildPlain, UNSTRIPPED } from "../support/architectures.ts";
import { changeFrame, cutFrame } from "../support/damage.ts";
import { PREFIX } from "../support/emulated.ts";
import { findKernels, findQemu } from "../support/kernels.ts";
import { boot, type Command, type CommandOutcome, type Kind } from "../support/machine.ts";

interface Case {
  readonly cpu: string;
  readonly level: Level;
  /** Layout of the bundle that is init. */
  readonly layout: Layout;
}

const MACHINES = [
  {
    architecture: "arm64",
    debian: "arm64",
    kind: virtOf(Bun.which("qemu-system-aarch64"), ["-machine", "virt,highmem=off"]),
    cases: [
      { cpu: "cortex-a53", level: "v8.0", layout: "packed" },
      { cpu: "cortex-a76", level: "v8.1", layout: "direct" },
    ],
  },
  {
    architecture: "arm64",
    debian: "arm64-16k",
    kind: virtOf(Bun.which("qemu-system-aarch64"), ["-machine", "virt,highmem=off"]),
    cases: [{ cpu: "max,pauth-impdef=on", level: "v8.1", layout: "packed" }],
  },
  {
    architecture: "arm",
    debian: "armhf",
    kind: virtOf(Bun.which("qemu-system-arm"), ["-machine", "virt,highmem=off"]),
    cases: [{ cpu: "cortex-a7", level: "7", layout: "packed" }],
  },
  {
    architecture: "riscv64",
    debian: "riscv64",
    kind: { qemu: findQemu("riscv64"), flags: ["-machine", "virt"], console: "ttyS0" },
    cases: [
      { cpu: "sifive-u54", level: "rva20u64", layout: "packed" },
      { cpu: "rva22s64", level: "rva22u64", layout: "direct" },
      { cpu: "rva23s64", level: "rva23u64", layout: "packed" },
    ],
  },
  {
    // With pages of 64 KiB.
    architecture: "ppc64le",
    debian: "ppc64el",
    kind: { qemu: Bun.which("qemu-system-ppc64"), flags: ["-machine", "pseries"], console: "hvc0" },
    cases: [
      { cpu: "power8", level: "power8", layout: "direct" },
      { cpu: "power9", level: "power9", layout: "packed" },
      { cpu: "power10", level: "power10", layout: "direct" },
    ],
  },
] as const;

function virtOf(qemu: string | null, flags: readonly string[]): Kind {
  return { qemu, flags, console: "ttyAMA0" };
}

for (const { architecture, debian, kind, cases } of MACHINES) {
  const [kernel = ""] = findKernels(debian).toReversed();
  describe.skipIf(kind.qemu === null || kernel === "")(`an emulated machine of ${debian}`, () => {
    test.each<Case>(cases)(
      "with $cpu starts $level, as init and from init",
      async ({ cpu, level, layout }) => {
        const checks = {
          ...startsOn(level),
          ...debugOn(level),
          ...restrictedOn(level),
          ...damagedOn(level),
          // A setting of Linux 6.3.
          ...(debian === "ppc64el" ? {} : withoutMemfdOn(level)),
        };
        const bundles = LAYOUTS.map((of) => [of, buildEmulated(architecture, of)] as const);
        const { init, outcomes } = boot({
          kind,
          kernel,
          cpu,
          words: ["--", "argument"],
          init: buildEmulated(architecture, layout, "init"),
          programs: {
            ...Object.fromEntries(bundles.map(([of, bundle]) => [`bin/${of}`, bundle])),
            "unstripped/packed": buildEmulated(architecture, "packed", "variant", UNSTRIPPED),
            "bin/changed": await changeFrame(buildEmulated(architecture, "packed"), level),
            "bin/cut": await cutFrame(buildEmulated(architecture, "packed"), level),
            "bin/cut-direct": await cutFrame(buildEmulated(architecture, "direct"), lowestOf(architecture)),
          },
          setuid: Object.fromEntries(bundles.map(([of, bundle]) => [`setuid/${of}`, bundle])),
          commands: checks,
        });
        expect(init).toMatchObject({
          pid: 1,
          level,
          comm: "init",
          executable: executableOf("/init", layout, level),
          release: basename(kernel).replace("vmlinuz-", ""),
        });
        // `mgo run` asks the kernel instead of the CPU.
        const levels = levelsOfCpus(architecture, init.cpu);
        expect(lastOf(defaultLevelsOf(architecture), levels)).toBe(level);
        for (const [name, { wanted }] of Object.entries(checks)) {
          expect({ [name]: outcomes[name] }).toMatchObject({ [name]: wanted });
        }
      },
    );
  });
}

/** A command and its expected outcome. */
interface Check extends Command {
  readonly wanted: CommandOutcome;
}

type Checks = Readonly<Record<string, Check>>;

/** Starts of bundles that are refused. */
function damagedOn(best: Level): Checks {
  const refused = (path: string, why: string, env: Readonly<Record<string, string>> = {}): Check => ({
    args: [path],
    env,
    wanted: { status: 112, stdout: "", stderr: `${PREFIX}bundle damaged: ${why}\n` },
  });
  const architecture = architectureOf(best);
  // The base does not need the other variants.
  const lowest = { [variableOf(architecture)]: lowestOf(architecture), MGODEBUG: "extract" };
  return {
    "a changed frame": refused("/bin/changed", "wrong checksum of a stored frame"),
    "a file that is cut short": refused("/bin/cut", "file is cut short"),
    "a file that is cut short, direct": refused("/bin/cut-direct", "file is cut short", lowest),
  };
}

/** How a bundle in a folder starts a level. */
interface Start {
  readonly folder?: string;
  readonly layout: Layout;
  readonly level: Level;
  /** /proc/PID/exe, if it is not that of a start from memory or in place. */
  readonly executable?: string;
  /** Size of that file in bytes. */
  readonly size?: number;
  /** The last lines of its log. */
  readonly lines: readonly string[];
}

function check(
  { folder = "bin", layout, level, executable, size, lines }: Start,
  command: Partial<Command>,
): Check {
  const path = `/${folder}/${layout}`;
  const args = [path, "a b"];
  const arch = architectureOf(level);
  const report = JSON.stringify({ arch, level, args, executable: "EXE", comm: layout, sum: "7.48547" });
  const log = lines.map((line) => `${PREFIX}${line}\n`).join("");
  const [before = "", after = ""] = report
    .slice(0, -1)
    .split("EXE")
    .map((part) => RegExp.escape(part));
  const place = executable ?? RegExp.escape(executableOf(path, layout, level));
  return {
    args,
    ...command,
    env: { STATUS: "7", MGODEBUG: "log", ...command.env },
    wanted: {
      status: 7,
      stdout: expect.stringMatching(new RegExp(`^${before}${place}${after},"size":${size ?? "\\d+"}}\n$`)),
      stderr: expect.stringMatching(new RegExp(`${log === "" ? "^" : RegExp.escape(log)}$`)),
    },
  };
}

function started(level: Level): string {
  return `starting variant ${variableOf(architectureOf(level))}=${level}`;
}

/** Starts on a CPU with that level, with and without the variable of the architecture. */
function startsOn(best: Level): Checks {
  const levels = defaultLevelsOf(architectureOf(best));
  const cases = LAYOUTS.flatMap((layout) => [undefined, ...levels].map((asked) => ({ layout, asked })));
  return Object.fromEntries(
    cases.map(({ layout, asked }) => {
      const level = asked !== undefined && levels.indexOf(asked) < levels.indexOf(best) ? asked : best;
      const env = { [variableOf(architectureOf(best))]: asked ?? "" };
      return [`${layout}, asked for ${asked}`, check({ layout, level, lines: [started(level)] }, { env })];
    }),
  );
}

/** MGODEBUG gets variants byte for byte as `go build` made them, symbols, and the base. */
function debugOn(best: Level): Checks {
  const architecture = architectureOf(best);
  const levels = defaultLevelsOf(architecture);
  const isAbove = (level: Level): boolean => levels.indexOf(level) > levels.indexOf(best);
  const extraction = (path: string, level: Level, flags: readonly string[] = []): Check => {
    const plain = readFileSync(buildPlain(level, flags));
    return {
      args: [path],
      env: { MGODEBUG: "extract", [variableOf(architecture)]: level },
      wanted: { status: 0, digest: createHash("sha256").update(plain).digest("hex"), stderr: "" },
    };
  };
  const base = defaultBase(levels);
  const whole = { folder: "unstripped", size: statSync(buildPlain(best, UNSTRIPPED)).size };
  return {
    ...Object.fromEntries(
      levels
        .filter((level) => !isAbove(level))
        .map((level) => [`extracting ${level}`, extraction("/bin/packed", level)]),
    ),
    "extracting what is not stripped": extraction("/unstripped/packed", best, UNSTRIPPED),
    "with symbols": check(
      { ...whole, layout: "packed", level: best, lines: [started(best)] },
      { env: { MGODEBUG: "log,symbols" } },
    ),
    ...(isAbove(base)
      ? {}
      : {
          "the base": check(
            { layout: "direct", level: base, lines: [started(base)] },
            { env: { MGODEBUG: "log,base" } },
          ),
        }),
  };
}

/** Starts by other users, whose environment does not count, and with ways that are closed. */
function restrictedOn(best: Level): Checks {
  const levels = defaultLevelsOf(architectureOf(best));
  const variable = variableOf(architectureOf(best));
  const [lowest = best] = levels;
  const base = defaultBase(levels);
  const user = 65_534;
  const fileSize = 1024;
  const mapped = { level: best, lines: ["starting by mapping the variant's segments"] } as const;
  const inPlace = { level: base, lines: [`starting variant ${variable}=${base} in place instead`] } as const;
  // A direct bundle is asked for another level than its base, which starts by itself.
  const other = levels.indexOf(base) <= levels.indexOf(best) ? inPlace : mapped;
  const asked = { [variable]: base === lowest ? best : lowest };
  return {
    ...Object.fromEntries(
      LAYOUTS.map((layout) => [
        `${layout}, with root's privileges`,
        check({ folder: "setuid", layout, level: best, lines: [] }, { user, env: { [variable]: lowest } }),
      ]),
    ),
    "packed, without files": check({ layout: "packed", executable: "/bin/packed", ...mapped }, { fileSize }),
    "packed, with root's privileges and without files": check(
      { folder: "setuid", layout: "packed", level: best, executable: "/setuid/packed", lines: [] },
      { user, fileSize },
    ),
    "direct, without files": check(
      { layout: "direct", executable: "/bin/direct", ...other },
      { fileSize, env: other === inPlace ? asked : {} },
    ),
  };
}

/** Starts where no memfd may be executed. They close them for all later commands. */
function withoutMemfdOn(best: Level): Checks {
  const write = { "/proc/sys/vm/memfd_noexec": "2" };
  const file = { executable: String.raw`/tmp/\S+ \(deleted\)`, lines: ["starting from a file in /tmp"] };
  const mapped = { folder: "setuid", executable: "/setuid/packed", lines: [] };
  return {
    "packed, from a file": check({ layout: "packed", level: best, ...file }, { write }),
    "packed, with root's privileges and no memfd": check(
      { layout: "packed", level: best, ...mapped },
      { user: 65_534 },
    ),
  };
}

/** Returns /proc/PID/exe of a bundle that was started by that path. */
function executableOf(path: string, layout: Layout, level: Level): string {
  const architecture = architectureOf(level);
  const isBase = level === defaultBase(defaultLevelsOf(architecture));
  return layout === "direct" && isBase
    ? path
    : `/memfd:${path} [${variableOf(architecture)}=${level}] (deleted)`;
}
