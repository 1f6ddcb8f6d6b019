/**
 * Bundles for ARM in whole machines, which boot the Linux that tests/machine/fetch-kernels has fetched with
 * ARCH=arm64 and ARCH=armhf: started by a kernel of their own, as on a board.
 */
import { describe, expect, test } from "bun:test";
import { basename } from "node:path";
import { LAYOUTS, type Layout } from "../../src/bundle/layout.ts";
import { defaultBase, defaultLevelsOf, type Level, variableOf } from "../../src/levels/level.ts";
import { buildEmulated } from "../support/architectures.ts";
import { findKernels } from "../support/kernels.ts";
import { boot, type Kind } from "../support/machine.ts";

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
    kind: virtOf("qemu-system-aarch64"),
    cases: [
      { cpu: "cortex-a53", level: "v8.0", layout: "packed" },
      { cpu: "cortex-a76", level: "v8.1", layout: "direct" },
    ],
  },
  {
    architecture: "arm",
    debian: "armhf",
    kind: virtOf("qemu-system-arm"),
    cases: [{ cpu: "cortex-a7", level: "7", layout: "packed" }],
  },
] as const;

function virtOf(name: string): Kind {
  return { qemu: Bun.which(name), flags: ["-machine", "virt,highmem=off"], console: "ttyAMA0" };
}

for (const { architecture, debian, kind, cases } of MACHINES) {
  const [kernel = ""] = findKernels(debian).toReversed();
  const levels = defaultLevelsOf(architecture);
  const variable = variableOf(architecture);

  const executableOf = (path: string, layout: Layout, level: Level): string =>
    layout === "direct" && level === defaultBase(levels)
      ? path
      : `/memfd:${path} [${variable}=${level}] (deleted)`;

  describe.skipIf(kind.qemu === null || kernel === "")(`an emulated machine of ${architecture}`, () => {
    test.each<Case>(cases)("with $cpu starts $level, as init and from init", ({ cpu, level, layout }) => {
      const starts = LAYOUTS.flatMap((of) => [undefined, ...levels].map((asked) => ({ of, asked })));
      const { init, outcomes } = boot({
        kind,
        kernel,
        cpu,
        words: ["--", "argument"],
        init: buildEmulated(architecture, layout, "init"),
        programs: Object.fromEntries(LAYOUTS.map((of) => [`bin/${of}`, buildEmulated(architecture, of)])),
        commands: Object.fromEntries(
          starts.map(({ of, asked = "" }) => [
            `${of} ${asked}`,
            { args: [`/bin/${of}`, "a b"], env: { [variable]: asked, STATUS: "7" } },
          ]),
        ),
      });
      expect(init).toMatchObject({
        pid: 1,
        level,
        comm: "init",
        executable: executableOf("/init", layout, level),
        release: basename(kernel).replace("vmlinuz-", ""),
      });
      for (const { of, asked } of starts) {
        const outcome = outcomes[`${of} ${asked ?? ""}`];
        const isRefused = asked !== undefined && levels.indexOf(asked) > levels.indexOf(level);
        const started = asked === undefined || isRefused ? level : asked;
        expect(outcome).toMatchObject({ status: 7 });
        expect(JSON.parse(outcome?.stdout ?? "")).toMatchObject({
          level: started,
          args: [`/bin/${of}`, "a b"],
          comm: of,
          executable: executableOf(`/bin/${of}`, of, started),
        });
      }
    });
  });
}
