/**
 * `-mgo.cgo-march`: C and C++ compiled for each variant's level.
 */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { LEVELS } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { goMod } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const probe = (name: string): string => `
#if defined __AVX512VL__
int ${name}(void) { return 4; }
#elif defined __AVX2__
int ${name}(void) { return 3; }
#elif defined __SSE4_2__
int ${name}(void) { return 2; }
#else
int ${name}(void) { return 1; }
#endif
`;

/** Prints the levels that its C and C++ parts are compiled for, whether they are optimised, and a macro. */
const PROGRAM = {
  ...goMod("example.com/parts"),
  "main.go": `package main

/*
#ifndef __OPTIMIZE__
#define __OPTIMIZE__ 0
#endif
#ifndef USER
#define USER 0
#endif
static int optimised(void) { return __OPTIMIZE__; }
static int user(void) { return USER; }
int c_part(void);
int cxx_part(void);
*/
import "C"
import "fmt"

func main() { fmt.Println(C.c_part(), C.cxx_part(), C.optimised(), C.user()) }
`,
  "part.c": probe("c_part"),
  "part.cpp": `extern "C" {${probe("cxx_part")}}\n`,
};

/** GCC as it was before version 11. */
const OLD = `#!/bin/sh
for word; do
  case "$word" in -march=x86-64-v*)
    echo "cc1: error: bad value '\${word#-march=}' for '-march=' switch" >&2
    exit 1
  esac
done
exec gcc "$@"
`;

const env = { CGO_ENABLED: "1" };
const levels = LEVELS.slice(0, LEVELS.indexOf(cpuLevel()) + 1);

describe.skipIf(Bun.which("g++") === null)("C and C++ parts", () => {
  test("are compiled for the variant's level with -mgo.cgo-march, and not without", () => {
    const workspace = makeWorkspace(PROGRAM);
    const parts = () => levels.map((level) => run(workspace, ["./parts"], { GOAMD64: level }).stdout);
    const build = ["-x", "-mgo.levels=v1,v3,v4"];
    const present = (level: number) => [1, 1, 3, 4][level];
    expectSuccess(run(workspace, [...MGO, "-mgo.cgo-march", ...build], env));
    expect(parts()).toEqual(levels.map((_, index) => `${present(index)} ${present(index)} 1 0\n`));

    expectSuccess(run(workspace, [...MGO, ...build], env));
    expect(parts()).toEqual(levels.map(() => "1 1 1 0\n"));

    const again = expectSuccess(run(workspace, [...MGO, "-mgo.cgo-march=true", ...build], env));
    expect(again.stderr).not.toContain("/compile ");
    expect(parts()).toEqual(levels.map((_, index) => `${present(index)} ${present(index)} 1 0\n`));
  });

  test("keep what the user gives to the compilers, in the environment or by go env -w", () => {
    const workspace = makeWorkspace({ ...PROGRAM, goenv: "CGO_CXXFLAGS=-O1 -march=haswell\n" });
    const flags = { ...env, CGO_CFLAGS: "-DUSER=7", GOENV: join(workspace.folder, "goenv") };
    const build = ["-mgo.levels=v2", "-mgo.cgo-march", "-n"];
    const { stderr } = expectSuccess(run(workspace, [...MGO, ...build], flags));
    expect(stderr).toContain(" -DUSER=7 -march=x86-64-v2 ");
    expect(stderr).toContain(" -O1 -march=haswell -march=x86-64-v2 ");
  });

  test("are compiled for the level that mgo run runs", () => {
    const workspace = makeWorkspace(PROGRAM);
    const words = [...MGO, "run", "-mgo.cgo-march", "-mgo.levels=v1,v2", "."];
    const level = cpuLevel() === "v1" ? 1 : 2;
    expect(expectSuccess(run(workspace, words, env)).stdout).toBe(`${level} ${level} 1 0\n`);
  });

  test("are refused where the compiler is too old, in one line", () => {
    const workspace = makeWorkspace({ ...PROGRAM, "a b/old": OLD });
    const old = { ...env, CC: `"${workspace.folder}/a b/old" -pipe` };
    const reason = "bad value 'x86-64-v4' for '-march=' switch";
    const { status, stderr } = run(workspace, [...MGO, "-mgo.cgo-march"], old);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `mgo: -mgo.cgo-march: ${workspace.folder}/a b/old does not take -march=x86-64-v4: ${reason}
hint: CC names another compiler: GCC 11 or Clang 12, or newer
`,
    });
    // v1 is an old name.
    expectSuccess(run(workspace, [...MGO, "-mgo.cgo-march", "-mgo.levels=v1"], old));
  });
});

test("-mgo.cgo-march changes nothing where there is no C compiler", () => {
  const workspace = makeWorkspace({
    ...goMod("example.com/x"),
    "main.go": "package main\n\nfunc main() {}\n",
  });
  expectSuccess(
    run(workspace, [...MGO, "-mgo.cgo-march", "-mgo.levels=v3"], { CC: "/missing", CGO_ENABLED: "1" }),
  );
  expectSuccess(
    run(workspace, [...MGO, "-mgo.cgo-march", "-mgo.levels=v3"], { CC: "false", CGO_ENABLED: "0" }),
  );
});
