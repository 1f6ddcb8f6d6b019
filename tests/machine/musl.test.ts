/** Bundles of programs with C code and musl, as on Alpine Linux. */
import { describe, expect, test } from "bun:test";
import { basename } from "node:path";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, type Linkage } from "../support/variants.ts";

const cc = Bun.which("musl-gcc");
const flags = ["-ldflags=-s -w -linkmode=external"];
const EXECUTABLE: Linkage = { name: "musl", flags, cgo: true, cc: "musl-gcc" };
const PIE: Linkage = { name: "musl-pie", flags: [...flags, "-buildmode=pie"], cgo: true, cc: "musl-gcc" };

describe.skipIf(cc === null)("with musl-gcc, a bundle", () => {
  test.each([
    // A PIE that musl-gcc links lacks the padding that the direct layout takes.
    { layout: "packed", kind: EXECUTABLE },
    { layout: "direct", kind: EXECUTABLE },
    { layout: "packed", kind: PIE },
  ] as const)("starts as the plain program does: $layout, $kind.name", async ({ layout, kind }) => {
    const bundle = await buildBundle({ program: "name", layout, base: "v1", kind });
    for (const level of LEVELS.filter((one) => one <= cpuLevel())) {
      const plain = buildVariant(level, "name", kind);
      const name = basename(bundle);
      expect(reportOf(bundle, level)).toEqual({
        ...reportOf(plain, level),
        args: [bundle],
        execfn: bundle,
        comm: Buffer.from(name).toString("hex"),
        // A constructor in C printed this.
        linked: `with C: ${name}`,
      });
    }
  });
});

function reportOf(path: string, level: Level): Record<string, unknown> {
  const { stdout, stderr } = runProgram([path], { GOAMD64: level });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}
