/** Bundles that a dynamic linker starts: position-independent programs, which Go links by itself here. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { defaultBase, defaultLevelsOf } from "../../src/levels/level.ts";
import { buildEmulated, emulated, reportOf } from "../support/architectures.ts";
import { runOn } from "../support/emulated.ts";

/** Folders of Debian with the C libraries of other architectures. */
const SYSROOTS = [
  { architecture: "arm64", sysroot: "/usr/aarch64-linux-gnu" },
  { architecture: "ppc64le", sysroot: "/usr/powerpc64le-linux-gnu" },
] as const;

for (const { architecture, sysroot } of SYSROOTS) {
  const machine = emulated.find((one) => one.architecture === architecture);
  const levels = defaultLevelsOf(architecture);
  const base = defaultBase(levels);

  describe.skipIf(!machine?.qemu || !existsSync(`${sysroot}/lib`)).each(LAYOUTS)(
    `a position-independent program for linux/${architecture}, %s,`,
    (layout) => {
      const bundle = buildEmulated(architecture, layout, "variant", ["-buildmode=pie"]);
      // Without exec, nothing but the base starts behind a dynamic linker.
      const models = Object.entries(machine?.cpus ?? {}).filter(
        ([, level]) => layout === "packed" || levels.indexOf(level) >= levels.indexOf(base),
      );

      test.each(models)("starts on %s with its arguments and environment", (model, level) => {
        const command = ["-L", sysroot, bundle, "argument", ""];
        const outcome = runOn({ qemu: machine?.qemu ?? null }, model, command);
        expect(reportOf(outcome)).toMatchObject({
          level: layout === "packed" ? level : base,
          args: [bundle, "argument", ""],
          sum: "7.48547",
        });
        expect(runOn({ qemu: machine?.qemu ?? null }, model, command, { STATUS: "7" }).status).toBe(7);
      });
    },
  );
}
