/** Bundles that write to a slow reader, and bundles that gain privileges. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { AT_SECURE, copyFor, entryOf, isRoot, runAsUser, setcap } from "../support/privileges.ts";
import { runForBytes, runProgram } from "../support/run.ts";
import { buildBundle, buildVariant } from "../support/variants.ts";

const bundle = await buildBundle({ program: "mirror" });

test("a bundle extracts all of a variant into a non-blocking pipe", () => {
  const command = [buildVariant("v1", "slowreader"), bundle];
  const { stdout, status } = runForBytes(command, { MGODEBUG: "extract", GOAMD64: "v1" });
  expect(status).toBe(0);
  expect(stdout.equals(readFileSync(buildVariant("v1", "mirror")))).toBe(true);
});

describe.skipIf(!isRoot)("a bundle that gives privileges", () => {
  test.each([
    ["set-user-ID", 0o4755],
    ["set-group-ID", 0o2755],
  ])("by %s keeps them, tells the program, and ignores the environment", (_what, mode) => {
    const path = copyFor(bundle, mode, `raised-${mode.toString(8)}`);
    const { status, stdout, stderr } = runAsUser([path], { GOAMD64: "v1", MGODEBUG: "log" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const seen = JSON.parse(stdout);
    const ids = seen.status.find((line: string) => line.startsWith(mode === 0o4755 ? "Uid" : "Gid"));
    expect(ids).toMatch(/:\t65534\t0\t/);
    // Under set-group-ID the program may not read its own auxiliary vector.
    if (mode === 0o4755) expect(entryOf(seen.auxv, AT_SECURE)).toBe(1);
  });

  test("extracts nothing for a user with fewer privileges", () => {
    const path = copyFor(bundle, 0o4755, "raised-extract");
    expect(JSON.parse(runAsUser([path], { MGODEBUG: "extract" }).stdout).args).toEqual([path]);
  });

  test.skipIf(setcap === null)("by file capabilities refuses to start, as it would lose them", () => {
    const path = copyFor(bundle, 0o755, "capable");
    expect(runProgram([setcap ?? "", "cap_net_bind_service+ep", path]).status).toBe(0);
    expect(runAsUser([path], {})).toMatchObject({
      status: 117,
      stdout: "",
      stderr: expect.stringMatching(/^\[mgo\] launcher: [^\n]+: [^\n]+-mgo\.layout=direct\n$/),
    });
  });
});
