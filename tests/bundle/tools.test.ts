import { describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { openBundle, verifyBundle } from "../../src/bundle/read.ts";
import { LEVELS } from "../../src/level.ts";
import { buildBundle, buildVariant, runProgram, scratch } from "../support/variants.ts";

/** Runs a tool with the environment of the tests; its output and status. */
function tool(...command: readonly string[]) {
  return runProgram(command, {
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "",
    LC_ALL: "C",
  });
}

const bundle = await buildBundle();

describe("a bundle under other tools", () => {
  test("go version -m prints the module data of its lowest variant", () => {
    const [ours, plain] = [bundle, buildVariant("v1")].map((path) => tool("go", "version", "-m", path));
    expect(ours?.status).toBe(0);
    expect(ours?.stdout).toContain("GOAMD64=v1");
    expect(ours?.stdout.replace(bundle, "")).toBe(plain?.stdout.replace(buildVariant("v1"), "") ?? "");
  });

  test("readelf reads all of it without a warning", () => {
    const { status, stdout, stderr } = tool("readelf", "-a", "-W", bundle);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).not.toMatch(/warning|error/i);
    expect(stdout).toMatch(/\.mgo +PROGBITS/);
    expect(stdout).toContain("There are no relocations in this file");
    expect(stdout).not.toMatch(/LOAD.*RWE/);
  });

  test("file calls it an x86-64 executable", () => {
    expect(tool("file", bundle).stdout).toMatch(/ELF 64-bit LSB .*x86-64/);
  });

  test("patchelf prints without changing it", () => {
    expect(tool("patchelf", "--print-soname", bundle).status).not.toBeNull();
    expect(runProgram([bundle, "x"], { GOAMD64: "v1" }).stdout).toBe("[v1 x]\n");
  });

  test.each(["strip", "strip --strip-all", "strip --strip-debug", "objcopy", "objcopy --strip-all"])(
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
