/** examples/yq as the README builds it, for other architectures than this machine's, started by qemu-user. */
import { describe, expect, test } from "bun:test";
import { defaultLevelsOf, variableOf } from "../../src/levels/level.ts";
import { type Emulated, emulated } from "../support/architectures.ts";
import { runOn } from "../support/emulated.ts";
import { ROOT, scratch } from "../support/folders.ts";
import { expectSuccess, runProgram } from "../support/run.ts";
import { MGO } from "../support/workspace.ts";

/** The README's line for another architecture: modules come from where the user's Go finds them. */
function build({ architecture }: Emulated): string {
  const path = `${scratch}/yq.${architecture}`;
  const flags = ["-C", "examples/yq", "-trimpath", "-ldflags=-s -w", "-o", path];
  const target = { GOOS: "linux", GOARCH: architecture, MGOFLAGS: "-mgo.compress=fast", MGODEBUG: undefined };
  const env = { ...process.env, ...target };
  expectSuccess(runProgram([...MGO, ...flags, "github.com/mikefarah/yq/v4"], env, { cwd: ROOT }));
  return path;
}

for (const machine of emulated) {
  const { architecture, qemu, cpus } = machine;
  const variable = variableOf(architecture);

  describe.skipIf(qemu === null)(`yq for linux/${architecture}`, () => {
    const path = qemu === null ? "" : build(machine);

    test.each(Object.entries(cpus))("answers on %s, and says that it is %s", (cpu, level) => {
      const { status, stdout, lines } = runOn(machine, cpu, [path, "--version"], { MGODEBUG: "log" });
      expect({ status, started: lines[0] }).toEqual({
        status: 0,
        started: `starting variant ${variable}=${level}`,
      });
      expect(stdout).toMatch(/^yq \(https:\/\/github\.com\/mikefarah\/yq\/\) version v4\./);
      const sum = runOn(machine, cpu, [path, "--null-input", "[1.5, 2, 3] | .[0] + .[1] * .[2]"]);
      expect(expectSuccess(sum).stdout).toBe("7.5\n");
    });

    test("is a bundle of the default levels, smaller than one plain build of yq", () => {
      const { stdout } = expectSuccess(runProgram([...MGO, "inspect", "--json", path], process.env));
      const report = JSON.parse(stdout);
      expect(report).toMatchObject({ variants: defaultLevelsOf(architecture).map((level) => ({ level })) });
      expect(report.size).toBeLessThan(report.plain_size);
    });
  });
}
