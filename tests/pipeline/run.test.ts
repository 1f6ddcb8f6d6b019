/**
 * `mgo run`: `go run` at the level that a bundle would start here.
 */

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LEVELS, levelNumber } from "../../src/levels/level.ts";
import { selectLevel } from "../../src/levels/select.ts";
import { cpuLevel } from "../support/cpu.ts";
import { qemu, runEmulated } from "../support/emulated.ts";
import { goMod, HELLO, program, SEVERAL } from "../support/programs.ts";
import { publish } from "../support/proxy.ts";
import { waitUntil } from "../support/stuck.ts";
import { buildBundle } from "../support/variants.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

/** Prints its level, what it was given, and ends with status 3. */
const CURIOUS = {
  ...HELLO,
  "main.go": `package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	in, _ := io.ReadAll(os.Stdin)
	amd64, isSet := os.LookupEnv("GOAMD64")
	cflags, _ := os.LookupEnv("CGO_CFLAGS")
	fmt.Printf("%s %q %q %q %v %q\\n", level, os.Args[1:], in, amd64, isSet, cflags)
	os.Exit(3)
}
`,
};

/** Runs a command with this on standard input. */
function runWith(text: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const workspace = makeWorkspace(CURIOUS);
  const child = Bun.spawnSync([...words], {
    cwd: workspace.folder,
    env: { ...workspace.env, ...env },
    stdin: Buffer.from(text),
    stdout: "pipe",
    stderr: "pipe",
  });
  return { status: child.exitCode, stdout: child.stdout.toString(), stderr: child.stderr.toString() };
}

/** The end of `go run` when the program ends with status 3. */
const ENDED = { status: 1, stderr: "exit status 3\n" };
const best = cpuLevel();

describe("mgo run", () => {
  test("runs the best level, and the program sees what it sees under go run", () => {
    const words = ["run", ".", "-mgo.levels=v1", "-x", "a b"];
    const ours = runWith("text", [...MGO, ...words]);
    expect(ours).toEqual({
      ...ENDED,
      stdout: `${best} ["-mgo.levels=v1" "-x" "a b"] "text" "" false ""\n`,
    });
    const theirs = runWith("text", ["go", ...words]);
    expect(theirs).toEqual({ ...ours, stdout: ours.stdout.replace(best, "v1") });
  });

  test.each([
    ["v1", [], "v1", true],
    ["v2", ["-mgo.levels=v1,v3"], "v1", true],
    ["v9", ["-mgo.levels=v1"], "v1", false],
    ["", ["-mgo.levels=v1"], "v1", true],
    ["a 'b'", ["-mgo.levels=v1"], "v1", false],
  ])("with GOAMD64=%s and %j runs %s", (asked, flags, level, isKnown) => {
    const { stderr, ...ours } = runWith("", [...MGO, "run", ...flags, "."], { GOAMD64: asked });
    expect(ours).toEqual({ status: ENDED.status, stdout: `${level} [] "" "${asked}" true ""\n` });
    const ignored = `mgo: GOAMD64=${asked} in the environment is ignored, and none of v1, v2, v3, v4: `;
    expect(stderr).toStartWith(isKnown ? "" : ignored);
    expect(stderr).toEndWith(ENDED.stderr);
    expect(stderr.split("\n").length).toBe(isKnown ? 2 : 3);
  });

  test.skipIf(best === "v4")("says when the CPU lacks the level that GOAMD64 asks for", () => {
    const ours = runWith("", [...MGO, "run", "."], { GOAMD64: "v4" });
    expect(ours.stderr).toBe(
      `mgo: GOAMD64=v4 ignored: this CPU supports ${best}; running GOAMD64=${best}\nexit status 3\n`,
    );
  });

  test("puts a user's -exec to work, from GOFLAGS too", () => {
    const exec = `-exec=printf '%s|'`;
    for (const [flags, env] of [
      [[exec], {}],
      [[], { GOFLAGS: `"${exec}"` }],
    ] as const) {
      const ours = runWith("", [...MGO, "run", "-mgo.levels=v1", ...flags, ".", "a"], env);
      expect(ours).toMatchObject({ status: 0, stderr: "" });
      expect(ours.stdout).toMatch(/^\/.*\/hello\|a\|$/);
    }
  });

  test("runs below a folder whose name has a = in it, which env would take for a variable", () => {
    const workspace = makeWorkspace({ ...CURIOUS, "a=b/": "" });
    const temporary = { TMPDIR: `${workspace.folder}/a=b` };
    const { stdout } = run(workspace, [...MGO, "run", "-mgo.levels=v1", "."], temporary);
    expect(stdout).toBe(`v1 [] "" "v1" true ""\n`);
  });

  test.each([
    ["a type error", ["run", "."], { "x.go": "package main\n\nvar a int = true\n" }],
    ["no package", ["run"], {}],
    ["a library", ["run", "./library"], SEVERAL],
    ["a flag of go build that go run has not", ["run", "-o", "x", "."], {}],
    ["an unknown flag", ["run", "-frobnicate", "."], {}],
    ["a bad value", ["run", "-x=maybe", "."], {}],
  ])("says what go run says of %s", (_, words, files) => {
    const workspace = makeWorkspace({ ...HELLO, ...files });
    expect(run(workspace, [...MGO, ...words])).toEqual(run(workspace, ["go", ...words]));
  });

  test("is plain go run for targets that have no levels", () => {
    const workspace = makeWorkspace({
      ...goMod("example.com/x"),
      "main.go": "package main\n\nfunc main() {}\n",
    });
    const words = ["run", "-n", "-exec", "emulate", "."];
    const ours = run(workspace, [...MGO, ...words], { GOARCH: "386" });
    const theirs = run(workspace, ["go", ...words], { GOARCH: "386" });
    const last = ({ stderr }: typeof ours): string => stderr.trimEnd().split("\n").at(-1) ?? "";
    expect(last(ours)).toBe(last(theirs));
    expect(last(ours)).toStartWith("emulate ");
  });

  test("refuses mgo's flags that it does not know", () => {
    const unknown = runWith("", [...MGO, "run", "-mgo.level=v1", "."]);
    expect(unknown).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("unknown flag -mgo.level\n"),
    });
  });

  test.skipIf(best === "v4")("refuses levels that the CPU has none of", () => {
    const above = runWith("", [...MGO, "run", "-mgo.levels=v4", "."]);
    expect(above).toMatchObject({
      status: 1,
      stderr: `mgo: no variant fits this CPU: -mgo.levels begins with v4, this CPU supports ${best}\n`,
    });
  });

  test.skipIf(Bun.which("git") === null)("runs a package with a version", () => {
    const proxy = publish([
      {
        path: "example.com/hello",
        version: "v1.0.0",
        files: { ...goMod("example.com/hello"), ...program("") },
      },
    ]);
    const { stdout } = run(makeWorkspace(), [...MGO, "run", "example.com/hello@v1.0.0"], proxy);
    expect(stdout).toBe(`level ${best}\n`);
  });

  test("hands signals to the program as go run does", async () => {
    const workspace = makeWorkspace({
      ...goMod("example.com/x"),
      "main.go": `package main

import (
	"fmt"
	"os"
	"os/signal"
)

func main() {
	got := make(chan os.Signal, 1)
	signal.Notify(got, os.Interrupt)
	os.WriteFile("ready", nil, 0o666)
	fmt.Println(<-got)
}
`,
    });
    const child = Bun.spawn([...MGO, "run", "-mgo.levels=v1", "."], {
      cwd: workspace.folder,
      env: workspace.env,
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
    });
    await waitUntil(() => existsSync(join(workspace.folder, "ready")), child);
    // As a terminal's Ctrl-C reaches the whole group, which mgo leads, and go after it.
    process.kill(-child.pid, "SIGINT");
    expect(await child.stdout.text()).toBe("interrupt\n");
    await child.exited;
  });
});

describe("the level to run", () => {
  test.skipIf(qemu === null)("is what a bundle selects", async () => {
    for (const levels of [LEVELS, ["v1", "v3"], ["v3", "v4"]] as const) {
      const bundle = await buildBundle({ levels });
      for (const [model, cpu] of [
        ["qemu64", "v1"],
        ["Haswell", "v3"],
      ] as const) {
        for (const asked of [undefined, ...LEVELS]) {
          const env = asked === undefined ? {} : { GOAMD64: asked };
          const { lines, status } = runEmulated(model, bundle, { ...env, MGODEBUG: "log,extract" });
          const ours = selectLevel(levels, LEVELS.slice(0, levelNumber(cpu)), asked);
          const started = /variant GOAMD64=(v\d)$/.exec(lines.at(-1) ?? "")?.[1];
          expect({ model, asked, level: status === 114 ? undefined : started }).toEqual({
            model,
            asked,
            level: ours?.level,
          });
          expect(lines.some((line) => line.includes(" ignored: this CPU supports "))).toBe(
            ours?.isRefused ?? false,
          );
        }
      }
    }
  });
});
