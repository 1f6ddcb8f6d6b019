/**
 * Bundles in whole machines: other kernels, other CPUs, and CPUs of which a kernel hides a part. They boot
 * the oldest and the newest Linux that tests/machine/fetch-kernels has fetched, or all with MGO_MACHINES=all.
 */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { LAYOUTS, type Layout } from "../../src/bundle/layout.ts";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { levelsOfCpus } from "../../src/levels/native.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX } from "../support/emulated.ts";
import { hasKvm } from "../support/kernels.ts";
import { boot, type Command, type CommandOutcome, kernels } from "../support/machine.ts";
import { buildBundle, buildVariant, kinds } from "../support/variants.ts";

const BASE = "v3";

/**
 * A word for the kernel. TOMOYO, which Debian enables, cannot name the file that a descriptor executes while
 * neither /dev nor /proc is mounted, as before init, in kernels before 2025.
 */
const WITHOUT_TOMOYO = "lsm=lockdown,yama,apparmor";

/** A word for the kernel: AVX by its number in cpufeatures.h, 4 × 32 + 28. Older kernels take no names. */
const WITHOUT_AVX = "clearcpuid=156";

interface Cpu {
  readonly model: string;
  /** A word for the kernel. */
  readonly word: string;
  /** The highest level that the CPU has then. */
  readonly best: Level;
  /** Layout of the bundle that is init. */
  readonly layout: Layout;
}

const CPUS: readonly Cpu[] = [
  { model: "qemu64", word: "", best: "v1", layout: "packed" },
  { model: "Nehalem", word: "", best: "v2", layout: "direct" },
  { model: "Haswell", word: "", best: "v3", layout: "packed" },
  { model: "Haswell", word: "noxsave", best: "v2", layout: "direct" },
  { model: "Haswell", word: WITHOUT_AVX, best: "v2", layout: "packed" },
  ...(hasKvm() ? [{ model: "host", word: "", best: cpuLevel(), layout: "direct" } as const] : []),
];

const oldestAndNewest = [...new Set([...kernels.slice(0, 1), ...kernels.slice(-1)])];
const chosen = process.env.MGO_MACHINES === "all" ? kernels : oldestAndNewest;
const machines = chosen.flatMap((path) => CPUS.map((cpu) => ({ ...cpu, path, kernel: basename(path) })));

const names = oldestAndNewest.map((path) => basename(path));

const inits = await buildLayouts("init");
const places = await buildLayouts("place");

describe.skipIf(kernels.length === 0)("with qemu-system-x86_64, cpio and kernels, bundles", () => {
  test.each(machines)("start as init and from init: $kernel, $model $word", (machine) => {
    const { path, kernel, model, word, best, layout } = machine;
    const checks = { ...startsOn(best), ...extractionsOn(best) };
    const { init, before, outcomes } = boot({
      kernel: path,
      cpu: model,
      words: [word, WITHOUT_TOMOYO, "MGODEBUG=log", "--", "argument"],
      init: inits[layout],
      programs: { "bin/packed": places.packed, "bin/direct": places.direct },
      commands: checks,
    });
    // `mgo run` asks the kernel instead of the CPU.
    expect(levelsOfCpus("amd64", init.cpu).at(-1)).toBe(best);
    expect(init).toEqual({
      pid: 1,
      cpu: init.cpu,
      level: best,
      // Some words, such as noxsave, reach init, too.
      args: expect.arrayContaining(["/init", "argument"]),
      comm: "init",
      executable: executableOf("/init", layout, best),
      release: kernel.replace("vmlinuz-", ""),
    });
    expect(before).toContain(started(best));
    expect(outcomes).toMatchObject(wantedOf(checks));
  });

  test.each(names)(
    "start under TOMOYO without /dev, and name an ELF interpreter that is missing: %s",
    async (name) => {
      const missing: Check = {
        args: ["/bin/dynamic"],
        wanted: {
          status: 116,
          stdout: "",
          stderr: `${PREFIX}variant not executed: ELF interpreter is missing: /lib64/ld-linux-x86-64.so.2\n`,
        },
      };
      const dynamic = kinds.includes("cgo")
        ? await buildBundle({ program: "place", kind: "cgo" })
        : undefined;
      const checks = { ...startsOn("v3"), ...(dynamic === undefined ? {} : { missing }) };
      const { outcomes } = boot({
        kernel: oldestAndNewest.find((path) => basename(path) === name) ?? "",
        cpu: "Haswell",
        init: buildVariant("v1", "init"),
        programs: {
          "bin/packed": places.packed,
          "bin/direct": places.direct,
          ...(dynamic === undefined ? {} : { "bin/dynamic": dynamic }),
        },
        commands: checks,
      });
      expect(outcomes).toMatchObject(wantedOf(checks));
    },
  );
});

/** A command and its expected outcome. */
interface Check extends Command {
  readonly wanted: CommandOutcome;
}

/** Starts of bundles on a CPU with that level, with and without GOAMD64. */
function startsOn(best: Level): Readonly<Record<string, Check>> {
  const cases = LAYOUTS.flatMap((layout) => [undefined, ...LEVELS].map((asked) => ({ layout, asked })));
  return Object.fromEntries(
    cases.map(({ layout, asked = "" }) => {
      const level = LEVELS.findLast((one) => one <= best && one <= (asked || best)) ?? best;
      const executable = executableOf(`/bin/${layout}`, layout, level).replace(" (deleted)", "");
      const place = { args: ["a b"], comm: layout, executable, level };
      return [
        `${layout}, GOAMD64=${asked}`,
        {
          args: [`/bin/${layout}`, "a b"],
          env: { MGODEBUG: "log", GOAMD64: asked },
          wanted: {
            status: 0,
            stdout: expect.stringContaining(JSON.stringify(place).slice(0, -1)),
            stderr: expect.stringContaining(started(level)),
          },
        },
      ];
    }),
  );
}

/** Extractions of all levels that the CPU can run, byte for byte as `go build` made them. */
function extractionsOn(best: Level): Readonly<Record<string, Check>> {
  const cases = LAYOUTS.flatMap((layout) => LEVELS.map((level) => ({ layout, level })));
  return Object.fromEntries(
    cases
      .filter(({ level }) => level <= best)
      .map(({ layout, level }) => {
        const variant = readFileSync(buildVariant(level, "place"));
        const digest = createHash("sha256").update(variant).digest("hex");
        return [
          `${layout}, extracting ${level}`,
          {
            args: [`/bin/${layout}`],
            env: { MGODEBUG: "extract", GOAMD64: level },
            wanted: { status: 0, digest, stderr: "" },
          },
        ];
      }),
  );
}

function wantedOf(checks: Readonly<Record<string, Check>>): Readonly<Record<string, CommandOutcome>> {
  return Object.fromEntries(Object.entries(checks).map(([name, { wanted }]) => [name, wanted]));
}

/** Returns /proc/PID/exe of a bundle that was started by that path. */
function executableOf(path: string, layout: Layout, level: Level): string {
  return layout === "direct" && level === BASE ? path : `/memfd:${path} [GOAMD64=${level}] (deleted)`;
}

function started(level: Level): string {
  return `${PREFIX}starting variant GOAMD64=${level}\n`;
}

async function buildLayouts(program: string): Promise<Readonly<Record<Layout, string>>> {
  const [packed, direct] = await Promise.all(
    LAYOUTS.map((layout) => buildBundle({ program, layout, base: BASE })),
  );
  if (packed === undefined || direct === undefined) throw new Error("unreachable");
  return { packed, direct };
}
