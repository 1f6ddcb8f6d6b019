/**
 * `-mgo.cgo-march`: C and C++ compiled for each variant's level.
 */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { findZig } from "../../src/engine/compile.ts";
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

/** GCC that takes the highest level, but lacks one below. */
const GAP = OLD.replace("x86-64-v*", "x86-64-v2");

/** GCC behind the spelling of `zig cc`, which answers any other with all the CPUs that it knows. */
const ZIG_LIKE = `#!/bin/bash
words=()
for word; do
  case "$word" in -march=x86-64*)
    printf 'info: available CPUs:\\n' >&2
    printf ' cpu%s\\n' {1..99} >&2
    echo "error: unknown CPU: 'x86'" >&2
    exit 1
  esac
  word=\${word/-march=x86_64/-march=x86-64}
  words+=("\${word/x86-64_v/x86-64-v}")
done
exec gcc "\${words[@]}"
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

  test("are compiled for the variant's level where the compiler spells levels as zig cc does", () => {
    const workspace = makeWorkspace({ ...PROGRAM, "bin/zig": ZIG_LIKE });
    const CC = `${workspace.folder}/bin/zig`;
    const build = [...MGO, "-x", "-mgo.cgo-march", "-mgo.levels=v1,v2"];
    const { stderr } = expectSuccess(run(workspace, build, { ...env, CC }));
    expect(stderr).toContain(" -march=x86_64 ");
    expect(stderr).toContain(" -march=x86_64_v2 ");
    expect(run(workspace, ["./parts"], { GOAMD64: "v1" }).stdout).toBe("1 1 1 0\n");
    const present = cpuLevel() === "v1" ? 1 : 2;
    expect(run(workspace, ["./parts"]).stdout).toBe(`${present} ${present} 1 0\n`);
  });

  test("are spelled for zig cc as it takes them", () => {
    const workspace = makeWorkspace(PROGRAM);
    const CC = `${findZig(process.env)} cc`;
    const caches = { ZIG_GLOBAL_CACHE_DIR: workspace.cache, ZIG_LOCAL_CACHE_DIR: workspace.cache };
    const build = [...MGO, "-n", "-mgo.cgo-march", "-mgo.levels=v1,v3"];
    const { stderr } = expectSuccess(run(workspace, build, { ...env, ...caches, CC }));
    // The C++ compiler is another one.
    expect([...new Set(stderr.match(/-march=[\w-]+/g))].toSorted()).toEqual([
      "-march=x86-64",
      "-march=x86-64-v3",
      "-march=x86_64",
      "-march=x86_64_v3",
    ]);
  });

  test("are refused where the compiler is too old, in one line", () => {
    const workspace = makeWorkspace({ ...PROGRAM, "a b/old": OLD });
    const old = { ...env, CC: `"${workspace.folder}/a b/old" -pipe` };
    const reason = "bad value 'x86-64-v4' for '-march=' switch";
    const { status, stderr } = run(workspace, [...MGO, "-mgo.cgo-march"], old);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `mgo: -mgo.cgo-march: ${workspace.folder}/a b/old does not take -march=x86-64-v4: ${reason}
hint: CC names another compiler: GCC 11, Clang 12 or zig cc, or newer
`,
    });
    // v1 is an old name.
    expectSuccess(run(workspace, [...MGO, "-mgo.cgo-march", "-mgo.levels=v1"], old));
  });
});

test.skipIf(Bun.which("g++") === null)("-mgo.cgo-march names the level that a compiler refuses", () => {
  const workspace = makeWorkspace({ ...PROGRAM, "bin/gap": GAP });
  const { status, stderr } = run(workspace, [...MGO, "-mgo.cgo-march", "-mgo.levels=v1,v2,v3"], {
    ...env,
    CC: `${workspace.folder}/bin/gap`,
  });
  expect({ status, stderr }).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(" does not take -march=x86-64-v2: bad value 'x86-64-v2'"),
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
