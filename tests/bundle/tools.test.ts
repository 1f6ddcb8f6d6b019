import { describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { openBundle } from "../../src/bundle/read.ts";
import { verifyBundle } from "../../src/bundle/verify.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { scratch } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, UNSTRIPPED } from "../support/variants.ts";
import { MGO } from "../support/workspace.ts";

/** Runs a tool with the environment of the tests; its output and status. */
function tool(...command: readonly string[]) {
  return runProgram(command, {
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "",
    LC_ALL: "C",
  });
}

/** The README's test line passes on a machine with Go and Node only; .ci/run installs these tools. */
function missing(name: string): boolean {
  return Bun.which(name) === null;
}

const STRIPPERS = ["strip", "strip --strip-all", "strip --strip-debug", "objcopy", "objcopy --strip-all"];
const bundle = await buildBundle();

describe("a bundle under other tools", () => {
  test("go version -m prints the module data of its lowest variant", () => {
    const [ours, plain] = [bundle, buildVariant("v1")].map((path) => tool("go", "version", "-m", path));
    expect(ours?.status).toBe(0);
    expect(ours?.stdout).toContain("GOAMD64=v1");
    expect(ours?.stdout.replace(bundle, "")).toBe(plain?.stdout.replace(buildVariant("v1"), "") ?? "");
  });

  test.skipIf(missing("readelf"))("readelf reads all of it without a warning", () => {
    const { status, stdout, stderr } = tool("readelf", "-a", "-W", bundle);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).not.toMatch(/warning|error/i);
    expect(stdout).toMatch(/\.mgo +PROGBITS/);
    expect(stdout).toContain("There are no relocations in this file");
    expect(stdout).not.toMatch(/LOAD.*RWE/);
  });

  test.skipIf(missing("file"))("file calls it an x86-64 executable", () => {
    expect(tool("file", bundle).stdout).toMatch(/ELF 64-bit LSB .*x86-64/);
  });

  test.skipIf(missing("strip") || missing("objcopy")).each(STRIPPERS)(
    "%s leaves one that is whole and runs",
    async (line) => {
      const command = line.split(" ");
      const copy = join(scratch, `after ${line}`);
      copyFileSync(bundle, copy);
      expect(tool(...command, copy)).toMatchObject({ status: 0, stderr: "" });
      await verifyBundle(await openBundle(copy));
      for (const level of LEVELS) {
        const [stripped, whole] = [copy, bundle].map((path) => runProgram([path, "x"], { GOAMD64: level }));
        expect(stripped?.status).toBe(0);
        expect(stripped?.stdout).toBe(whole?.stdout ?? "");
      }
      expect(tool("go", "version", "-m", copy).stdout).toContain("GOAMD64=v1");
    },
  );
});

describe.skipIf(missing("patchelf"))("a direct bundle under patchelf", () => {
  const INTERPRETER = "/lib64/ld-linux-x86-64.so.2";
  const outcomesAfter = async (...flags: readonly string[]) => {
    const copy = join(scratch, "patched");
    copyFileSync(
      await buildBundle({ layout: "direct", kind: "cgo", levels: ["v1", "v2"], base: "v1" }),
      copy,
    );
    expect(tool("patchelf", ...flags, copy)).toMatchObject({ status: 0, stderr: "" });
    return (["v1", "v2"] as const).map((level) => runProgram([copy, "x"], { GOAMD64: level }));
  };

  test("keeps its variants where sections move", async () => {
    const [base, other] = await outcomesAfter("--set-interpreter", INTERPRETER);
    expect(base).toMatchObject({ status: 0, stdout: "[v1 x]\n", stderr: "" });
    expect(other).toMatchObject({ status: 0, stdout: "[v2 x]\n", stderr: "" });
  });

  test("keeps its base where loaded contents change, and refuses what differs from it", async () => {
    const [base, other] = await outcomesAfter("--set-rpath", "/nowhere");
    expect(base).toMatchObject({ status: 0, stdout: "[v1 x]\n", stderr: "" });
    expect(other).toMatchObject({ status: 112, stdout: "" });
    expect(other?.stderr).toMatch(/^\[mgo\] launcher: bundle damaged: [^\n]+\n$/);
  });
});

test.skipIf(missing("strip"))(
  "mgo inspect tells the same launcher of a direct bundle that was stripped",
  async () => {
    const whole = await buildBundle({ layout: "direct", kind: UNSTRIPPED });
    const stripped = join(scratch, "stripped-direct");
    copyFileSync(whole, stripped);
    expect(tool("strip", stripped)).toMatchObject({ status: 0, stderr: "" });
    const [before, after] = [whole, stripped].map((path) => {
      const { stdout } = tool(...MGO, "inspect", "--json", path);
      return JSON.parse(stdout) as { readonly size: number; readonly overhead_size: number };
    });
    expect(after?.size).toBeLessThan(before?.size ?? 0);
    expect(after?.overhead_size).toBe(before?.overhead_size ?? 0);
    expect(after?.overhead_size).toBeGreaterThan(0);
  },
);
