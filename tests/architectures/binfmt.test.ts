/**
 * Bundles of other architectures that the kernel hands to qemu-user by binfmt_misc, as in containers for
 * them: the launcher can execute its variant.
 */
import { describe, expect, test } from "bun:test";
import { basename } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { ARCHITECTURES } from "../../src/engine/levels.ts";
import { type Architecture, defaultBase, defaultLevelsOf, variableOf } from "../../src/levels/level.ts";
import {
  buildEmulated,
  type Emulated,
  emulated,
  reportOf,
  type VariantReport,
} from "../support/architectures.ts";
import { hasBinfmt, runRegistered } from "../support/binfmt.ts";

/** The first bytes of an executable's ELF header, up to e_machine, and which bits of them count. */
const MASK = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;

/** ET_EXEC and ET_DYN differ in a bit that does not count. */
function magicOf(architecture: Architecture): string {
  const { elfClass, elfMachine } = ARCHITECTURES[architecture];
  return String.raw`\x7fELF\x0${elfClass}\x01\x01${String.raw`\x00`.repeat(9)}\x02\x00\x${elfMachine.toString(16)}\x00`;
}

function start(
  { architecture, qemu }: Emulated,
  cpu: string,
  path: string,
  env: Readonly<Record<string, string>> = {},
): VariantReport {
  const rule = `:mgo:M::${magicOf(architecture)}:${MASK}:${qemu}:`;
  return reportOf(runRegistered(rule, path, { QEMU_CPU: cpu, ...env }));
}

for (const machine of emulated) {
  const { architecture, qemu, cpus } = machine;
  const levels = defaultLevelsOf(architecture);
  const variable = variableOf(architecture);

  describe.skipIf(!hasBinfmt || qemu === null).each(LAYOUTS)(
    `with a binfmt_misc of its own (Linux 6.7), a bundle for linux/${architecture}, %s,`,
    (layout) => {
      const bundle = buildEmulated(architecture, layout);

      test.each(Object.entries(cpus))("executes on %s the variant %s, by its own name", (cpu, level) => {
        expect(start(machine, cpu, bundle)).toMatchObject({ level, comm: basename(bundle).slice(0, 15) });
      });

      test("executes the variant that is asked for", () => {
        const [cpu = ""] = Object.keys(cpus).toReversed();
        for (const level of levels) {
          if (levels.indexOf(level) > levels.indexOf(cpus[cpu] ?? defaultBase(levels))) continue;
          expect(start(machine, cpu, bundle, { [variable]: level }).level).toBe(level);
        }
      });
    },
  );
}
