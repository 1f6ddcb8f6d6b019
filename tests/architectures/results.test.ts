/** Results of floating point at each level, as docs/architectures.md tells them. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Architecture, type Level, variableOf } from "../../src/levels/level.ts";
import { emulated } from "../support/architectures.ts";
import { runOn } from "../support/emulated.ts";
import { goMod } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { makeWorkspace, run } from "../support/workspace.ts";

/** Prints whether a product is rounded before it is added, and the bits of a sum. */
const PROGRAM = {
  ...goMod("example.com/results"),
  "main.go": `package main

import "math"

//go:noinline
func fma(x, y, z float64) float64 { return x*y + z }

func main() {
	a, sum := 1+math.Ldexp(1, -30), 0.0
	for i := 1.0; i < 500; i++ {
		sum += math.Sqrt(i) / math.Exp(1/i) * math.Sin(i)
	}
	println(fma(a, a, -float64(a*a)) != 0, math.Float64bits(sum))
}
`,
};

/** A CPU that has all of these levels, and whether they fuse multiplications with additions. */
const CASES: Readonly<
  Partial<Record<Architecture, { cpu: string; levels: readonly Level[]; fuses: boolean }>>
> = {
  arm: { cpu: "cortex-a7", levels: ["5", "6", "7", "7,softfloat"], fuses: false },
  arm64: { cpu: "max", levels: ["v8.0", "v8.1"], fuses: true },
  riscv64: {
    cpu: "rv64,zba=true,zbb=true,zbs=true",
    levels: ["rva20u64", "rva22u64"],
    fuses: true,
  },
  ppc64le: { cpu: "power10", levels: ["power8", "power9", "power10"], fuses: true },
};

describe.each(emulated)("floating point on linux/$architecture", (machine) => {
  const { architecture, qemu } = machine;
  const { cpu = "", levels = [], fuses } = CASES[architecture] ?? {};

  test.skipIf(qemu === null)("gives the same results at all levels", () => {
    const workspace = makeWorkspace(PROGRAM);
    const results = levels.map((level) => {
      const env = { GOARCH: architecture, [variableOf(architecture)]: level, CGO_ENABLED: "0" };
      expectSuccess(run(workspace, ["go", "build", "-o", "program", "."], env));
      return expectSuccess(runOn(machine, cpu, [join(workspace.folder, "program")])).stderr;
    });
    expect(results[0]).toMatch(new RegExp(`^${fuses} \\d+\\n$`));
    expect(new Set(results).size).toBe(1);
  });
});
