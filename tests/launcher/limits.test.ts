/** Bundles where something is closed to them, or where they are given privileges. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { AT_SECURE, copyFor, entryOf, isRoot, runAsUser, setcap } from "../support/privileges.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, buildVariant } from "../support/variants.ts";

const LINE = /^\[mgo\] launcher: [^\n]+: [^\n]+\n$/;
const bundle = await buildBundle({ program: "mirror" });

describe("a bundle", () => {
  test("extracts all of a variant into a pipe that does not block", () => {
    const reader = buildVariant("v1", "slowreader");
    const command = [reader, bundle];
    const { stdout, exitCode } = Bun.spawnSync(command, { env: { MGODEBUG: "extract", GOAMD64: "v1" } });
    expect(exitCode).toBe(0);
    expect(stdout.equals(readFileSync(buildVariant("v1", "mirror")))).toBe(true);
  });
});

describe.skipIf(!isRoot)("a bundle that gives privileges", () => {
  test.each([
    ["set-user-ID", 0o4755],
    ["set-group-ID", 0o2755],
  ])("%s keeps them, tells the program, and does not listen to the environment", (_what, mode) => {
    const path = copyFor(bundle, mode, `raised-${mode.toString(8)}`);
    const { status, stdout, stderr } = runAsUser([path], { GOAMD64: "v1", MGODEBUG: "log" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const seen = JSON.parse(stdout);
    const ids = seen.status.find((line: string) => line.startsWith(mode === 0o4755 ? "Uid" : "Gid"));
    expect(ids).toMatch(/:\t65534\t0\t/);
    // Under set-group-ID the program may not read its own auxiliary vector.
    if (mode === 0o4755) expect(entryOf(seen.auxv, AT_SECURE)).toBe(1);
  });

  test("extracts nothing for somebody with fewer privileges", () => {
    const path = copyFor(bundle, 0o4755, "raised-extract");
    expect(JSON.parse(runAsUser([path], { MGODEBUG: "extract" }).stdout).args).toEqual([path]);
  });

  test.skipIf(setcap === null)("by file capabilities refuses, as it would lose them", () => {
    const path = copyFor(bundle, 0o755, "capable");
    expect(runProgram([setcap ?? "", "cap_net_bind_service+ep", path]).status).toBe(0);
    const { status, stdout, stderr } = runAsUser([path], {});
    expect({ status, stdout }).toEqual({ status: 117, stdout: "" });
    expect(stderr).toMatch(LINE);
    expect(stderr).toContain("direct");
  });
});
