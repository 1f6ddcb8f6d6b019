/**
 * Bundles of other architectures that the kernel hands to qemu-user by binfmt_misc, as in containers for
 * them: the launcher can execute its variant.
 */
import { describe, expect, test } from "bun:test";
import { basename } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { defaultBase, defaultLevelsOf, variableOf } from "../../src/levels/level.ts";
import { buildEmulated, emulated, reportOf } from "../support/architectures.ts";
import { hasBinfmt, runByKernel } from "../support/binfmt.ts";

for (const machine of emulated) {
  const { architecture, qemu, cpus } = machine;
  const levels = defaultLevelsOf(architecture);
  const variable = variableOf(architecture);

  describe.skipIf(!hasBinfmt || qemu === null).each(LAYOUTS)(
    `with a binfmt_misc of its own (Linux 6.7), a bundle for linux/${architecture}, %s,`,
    (layout) => {
      const bundle = buildEmulated(architecture, layout);

      test.each(Object.entries(cpus))("executes on %s the variant %s, by its own name", (cpu, level) => {
        expect(reportOf(runByKernel(machine, cpu, bundle))).toMatchObject({
          level,
          comm: basename(bundle).slice(0, 15),
        });
      });

      test("executes the variant that is asked for", () => {
        const [cpu = ""] = Object.keys(cpus).toReversed();
        for (const level of levels) {
          if (levels.indexOf(level) > levels.indexOf(cpus[cpu] ?? defaultBase(levels))) continue;
          expect(reportOf(runByKernel(machine, cpu, bundle, { [variable]: level })).level).toBe(level);
        }
      });
    },
  );
}
