/** C code in bundles for another architecture, by Debian's compiler for that. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { goMod } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const SYSROOT = "/usr/aarch64-linux-gnu";
const tools = ["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-g++", "qemu-aarch64"].map((name) =>
  Bun.which(name),
);

/** Prints whether its C is compiled for a level with LSE. */
const PROGRAM = {
  ...goMod("example.com/parts"),
  "main.go": `package main

/*
#ifdef __ARM_FEATURE_ATOMICS
static int atomics(void) { return 1; }
#else
static int atomics(void) { return 0; }
#endif
*/
import "C"
import "fmt"

func main() { fmt.Println("atomics", C.atomics()) }
`,
};

describe.skipIf(tools.includes(null) || !existsSync(SYSROOT))("a program with C for linux/arm64", () => {
  const [gcc = "", gxx = "", qemu = ""] = tools.map((tool) => basename(tool ?? ""));
  const env = { GOARCH: "arm64", CGO_ENABLED: "1", CC: gcc, CXX: gxx };
  const runOn = (program: string, cpu: string) =>
    run(workspace, [qemu, "-L", SYSROOT, "-cpu", cpu, join(workspace.folder, program)]).stdout;
  const workspace = makeWorkspace(PROGRAM);

  test("is a bundle that starts on each CPU", () => {
    expectSuccess(run(workspace, [...MGO, "-o", "plain"], env));
    expect(["cortex-a53", "cortex-a76"].map((cpu) => runOn("plain", cpu))).toEqual([
      "atomics 0\n",
      "atomics 0\n",
    ]);
  });

  test("has its C compiled for each level with -mgo.cgo-march", () => {
    expectSuccess(run(workspace, [...MGO, "-mgo.cgo-march", "-o", "levels"], env));
    expect(["cortex-a53", "cortex-a76"].map((cpu) => runOn("levels", cpu))).toEqual([
      "atomics 0\n",
      "atomics 1\n",
    ]);
  });

  test.each(["-ldflags=-extldflags=-static", "-buildmode=pie"])(
    "is refused in the layout direct if it is linked with %s",
    (flag) => {
      const refused = run(workspace, [...MGO, "-mgo.layout=direct", flag, "-o", "x"], env);
      expect(refused).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^mgo: x for GOARM64=v8\.1 has no room for [^\n]+\nhint: [^\n]+\n$/),
      });
    },
  );

  test("is refused if a compiler does not know the levels", () => {
    const refused = run(workspace, [...MGO, "-mgo.cgo-march", "-o", "x"], { ...env, CC: "gcc" });
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^mgo: -mgo\.cgo-march: gcc does not take -march=armv8\.1-a: .+\nhint: CC .+ linux\/arm64\n$/,
      ),
    });
  });
});
