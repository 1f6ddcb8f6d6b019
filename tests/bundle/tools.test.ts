import { describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { openBundle } from "../../src/bundle/read.ts";
import { verifyBundle } from "../../src/bundle/verify.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { scratch } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, kinds, UNSTRIPPED } from "../support/variants.ts";
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

/** Changes that packagers make. Those of paths make the file longer, and move what stands in front. */
const CHANGES = [
  { line: "patchelf --set-rpath /opt/lib" },
  { line: `patchelf --set-rpath /opt/${"long/".repeat(40)}lib` },
  { line: "patchelf --set-interpreter /lib64/../lib64/ld-linux-x86-64.so.2" },
  { line: "patchelf --add-needed libm.so.6" },
  { line: "strip -R .note.*" },
  { line: "objcopy --remove-section .note.go.buildid --remove-section .comment" },
  // There is no path.
  { line: "patchelf --shrink-rpath", changesNothing: true },
  { line: "patchelf --remove-rpath", changesNothing: true },
];

describe
  .skipIf(missing("patchelf") || missing("strip"))
  .each(kinds.filter((kind) => kind !== "static" && kind !== "unstripped"))(
  "a direct bundle of a %s program",
  (kind) => {
    const base = "v1";
    const levels = ["v1", "v2"] as const;

    test.each(CHANGES)("runs in every variant after $line, and mgo verify says so", async (change) => {
      const { line, changesNothing = false } = change;
      const copy = join(scratch, "changed");
      copyFileSync(await buildBundle({ layout: "direct", kind, levels, base }), copy);
      expect(tool(...line.split(" "), copy)).toMatchObject({ status: 0, stderr: "" });
      for (const level of levels) {
        const { status, stdout, stderr } = runProgram([copy, "x"], { GOAMD64: level, MGODEBUG: "log" });
        expect({ status, stdout, stderr }).toEqual({
          status: 0,
          stdout: `[${level} x]\n`,
          stderr: `[mgo] launcher: starting variant GOAMD64=${level}\n`,
        });
      }
      expect(await verifyBundle(await openBundle(copy))).toEqual({
        changed: changesNothing ? undefined : base,
      });
    });
  },
);

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
