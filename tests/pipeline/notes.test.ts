/** Lines behind the summary of a build: levels that add nothing, and programs that ask for their own file. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { goMod, HELLO } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { type Files, MGO, makeWorkspace, run } from "../support/workspace.ts";

/** One package calls os.Executable, one passes it on, and one has only the text of its path. */
const ASKING: Files = {
  ...goMod("example.com/asking"),
  "main.go": `package main

import (
	"example.com/asking/calls"
	"example.com/asking/passes"
)

var path = "/proc/self/exe"

func main() { println(path, calls.Own(), passes.Own()) }
`,
  "calls/calls.go": `package calls

import "os"

//go:noinline
func Own() string {
	path, _ := os.Executable()
	return path
}
`,
  "passes/passes.go": `package passes

import "os"

//go:noinline
func call(find func() (string, error)) string {
	path, _ := find()
	return path
}

//go:noinline
func Own() string { return call(os.Executable) }
`,
};

/** The same text, and a function that calls os.Executable and that nothing calls. */
const SILENT: Files = {
  ...goMod("example.com/silent"),
  "main.go": `package main

import "os"

func unused() string {
	path, _ := os.Executable()
	return path
}

var path = "/proc/self/exe"

func main() { os.Stdout.WriteString(path) }
`,
};

/** mgo's lines behind the summary, and the bundle. */
function build(files: Files, flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const workspace = makeWorkspace(files);
  const { stderr } = expectSuccess(run(workspace, [...MGO, "build", "-o", "app", ...flags, "."], env));
  const lines = stderr.split("\n").filter((line) => line.startsWith("mgo: app: "));
  const inspect = (...words: readonly string[]) =>
    expectSuccess(run(workspace, [...MGO, "inspect", "app", ...words]));
  return { stderr, notes: lines.slice(1), inspect, path: join(workspace.folder, "app") };
}

const ASKERS =
  "mgo: app: os.Executable, called by example.com/asking/calls, example.com/asking/passes, finds no file: " +
  "-mgo.layout=direct helps (docs/layouts.md)";
const ADDS_NOTHING = /^mgo: app: v4 changes \d+ functions, all of Go's runtime$/;
const STAYS = /^mgo: app: v4 changes \d+ functions, all of Go's runtime: its CPUs start v3 in place$/;

describe("the summary", () => {
  for (const flags of [[], ["-ldflags=-s -w"], ["-buildmode=pie"]]) {
    test(`names the packages that ask for the program's file, with ${JSON.stringify(flags)}`, () => {
      const { notes, inspect } = build(ASKING, ["-v", ...flags]);
      expect(notes).toEqual([expect.stringMatching(ADDS_NOTHING), ASKERS]);
      expect(inspect().stdout).toContain("asks for    its own file: os.Executable does not find it");
      expect(JSON.parse(inspect("--json").stdout)).toMatchObject({ asks_for_own_file: true });
    });
  }

  test("does not warn of it in a direct bundle, and says which CPUs stay in place", () => {
    const { notes, inspect } = build(ASKING, ["-v", "-mgo.layout=direct"]);
    expect(notes).toEqual([expect.stringMatching(STAYS)]);
    expect(inspect().stdout).toContain("asks for    its own file: os.Executable finds it in the base alone");
  });

  for (const GOARCH of ["arm", "arm64", "riscv64", "ppc64le"]) {
    test(`names them in a program for ${GOARCH}`, () => {
      const env = { GOOS: "linux", GOARCH, CGO_ENABLED: "0" };
      const asking = build(ASKING, ["-v"], env);
      expect(asking.notes).toEqual([ASKERS]);
      expect(JSON.parse(asking.inspect("--json").stdout)).toMatchObject({ asks_for_own_file: true });
      const silent = build(SILENT, ["-v"], env);
      expect(silent.notes).toEqual([]);
      expect(JSON.parse(silent.inspect("--json").stdout)).toMatchObject({ asks_for_own_file: false });
    });
  }

  test("counts linked functions only, and names no CPUs if the best level starts always", () => {
    const { notes, inspect } = build(SILENT, ["-v", "-mgo.layout=direct", "-mgo.start=best"]);
    expect(notes).toEqual([expect.stringMatching(ADDS_NOTHING)]);
    expect(inspect().stdout).not.toContain("asks for");
    expect(build(SILENT, ["-v"]).notes).toEqual([expect.stringMatching(ADDS_NOTHING)]);
  });

  test("says nothing of levels that change the program, nor of a single one", () => {
    expect(build(HELLO, ["-v"]).notes).toEqual([]);
    expect(build(ASKING, ["-v", "-mgo.levels=v3"]).notes).toEqual([]);
  });

  test("is not there in a pipe", () => {
    expect(build(ASKING, []).stderr).toBe("");
  });
});

const largest = (code: { size: number; base_size: number }) => Math.max(code.size, code.base_size);

describe("mgo inspect --changes", () => {
  const { inspect } = build(HELLO, []);

  test("shows the functions of each level, the largest first", () => {
    const { file, base, levels } = JSON.parse(inspect("--changes", "--json").stdout);
    expect({ file, base }).toEqual({ file: "app", base: "v3" });
    expect(levels.map(({ level }: { level: string }) => level)).toEqual(["v1", "v2", "v3", "v4"]);
    for (const { level, changes, functions } of levels) {
      expect(changes.runtime.functions + changes.program.functions).toBe(functions.length);
      if (level === "v3") expect(functions).toEqual([]);
      const sizes = functions.map(largest);
      expect(sizes).toEqual(sizes.toSorted((a: number, b: number) => b - a));
    }
    const { variants } = JSON.parse(inspect("--json").stdout);
    expect(variants.map(({ changes }: { changes: object }) => changes)).toEqual(
      levels.map(({ changes }: { changes: object }) => changes),
    );
  });

  test("shows one level, as text", () => {
    const { stdout } = inspect("--changes", "--level", "v4");
    expect(stdout).toStartWith("app: what levels change of v3 beyond addresses\n\nv4: ");
    expect(stdout).toMatch(/^v4: \d+ functions of Go's runtime \(\d+\.\d kB\), \d+ B of data$/m);
    expect(stdout).toMatch(/^ +\d+ +\d+ {2}runtime {2}runtime\.mapassign$/m);
    expect(stdout).not.toContain("v1");
    expect(inspect("--changes", "--level=v3").stdout).toContain("v3 is the base\n");
  });

  test.each([
    [["--level", "v4"], "inspect: --level goes with --changes"],
    [["--changes", "--sizes"], "inspect: --changes and --sizes exclude each other"],
    [["--changes", "--level", "v9"], "--level: unknown level v9: it may be v1, v2, v3, v4"],
  ])("refuses %j", (words, message) => {
    const workspace = makeWorkspace(HELLO);
    expectSuccess(run(workspace, [...MGO, "build", "-mgo.levels=v1,v2", "-o", "app", "."]));
    const { status, stderr } = run(workspace, [...MGO, "inspect", "app", ...words]);
    expect({ status, stderr: stderr.split("\n")[0] }).toEqual({ status: 2, stderr: `mgo: ${message}` });
  });
});
