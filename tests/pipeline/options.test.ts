/**
 * mgo's own flags and variables, and what it refuses before anything is built.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { parseFlagWords } from "../../src/go/flags.ts";
import { ARCHITECTURE_NAMES } from "../../src/levels/level.ts";
import { readOptions } from "../../src/pipeline/options.ts";
import { HELLO, SEVERAL } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

function read(flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return readOptions(parseFlagWords(flags), env, "amd64");
}

describe("options", () => {
  test("have defaults", () => {
    expect(read([])).toEqual({
      levels: ["v1", "v2", "v3", "v4"],
      unused: [],
      bundle: { layout: "packed", startPolicy: "auto", compress: "default" },
      elsewhere: false,
      cgoMarch: false,
    });
  });

  test("come from the command line before MGOFLAGS, and from there before MGO_PARALLEL_BUILD", () => {
    expect(read([], { MGO_PARALLEL_BUILD: "3" }).jobs).toBe(3);
    expect(read([], { MGO_PARALLEL_BUILD: "3", MGOFLAGS: "-mgo.jobs=4" }).jobs).toBe(4);
    expect(read(["-mgo.jobs=5"], { MGO_PARALLEL_BUILD: "3", MGOFLAGS: "-mgo.jobs=4" }).jobs).toBe(5);
    expect(read([], { MGOFLAGS: `--mgo.compress=best '-mgo.launcher=a b'` })).toMatchObject({
      bundle: { compress: "best" },
      launcher: "a b",
    });
  });

  test("switch cgo-march as Go's boolean flags", () => {
    expect(read(["-mgo.cgo-march=T"]).cgoMarch).toBe(true);
    expect(read([], { MGOFLAGS: "-mgo.cgo-march -mgo.jobs=2" })).toMatchObject({ cgoMarch: true, jobs: 2 });
    expect(read(["-mgo.cgo-march=0"], { MGOFLAGS: "-mgo.cgo-march" }).cgoMarch).toBe(false);
  });

  test("sort the levels", () => {
    expect(read(["-mgo.levels=v3,v1"]).levels).toEqual(["v1", "v3"]);
  });

  test.each([
    [["-mgo.levels=v5"], {}, "-mgo.levels=v5: it may be levels from v1,v2,v3,v4, separated by commas"],
    [["-mgo.levels="], {}, "-mgo.levels=: it may be levels from v1,v2,v3,v4, separated by commas"],
    [["-mgo.levels=v1,v1"], {}, "-mgo.levels=v1,v1 names v1 twice"],
    [["-mgo.cgo-march=yes"], {}, "-mgo.cgo-march=yes: it may be true or false"],
    [
      ["-mgo.start=base"],
      {},
      "-mgo.start=base goes with the layout direct: a packed bundle has no variant in place",
    ],
    [["-mgo.compress=more"], {}, "-mgo.compress=more: it may be fast, default or best"],
    [["-mgo.base=v2", "-mgo.levels=v1,v3"], {}, "-mgo.base=v2: it may be v1 or v3"],
    [["-mgo.jobs=0"], {}, "-mgo.jobs=0: it may be a number from 1 to 9999"],
    [["-mgo.layout=odd"], {}, "-mgo.layout=odd: it may be packed or direct"],
    [["-mgo.elsewhere=here"], {}, "-mgo.elsewhere=here: it may be only go"],
    [["-mgo.speed=1"], {}, "unknown flag -mgo.speed"],
    [[], { MGOFLAGS: "-mgo.speed=1" }, "unknown flag -mgo.speed in MGOFLAGS"],
    [[], { MGOFLAGS: "-mgo.jobs=x" }, "MGOFLAGS: -mgo.jobs=x: it may be a number from 1 to 9999"],
    [[], { MGOFLAGS: "-mgo.jobs 3" }, "MGOFLAGS: -mgo.jobs needs a value, as in -mgo.jobs=VALUE"],
    [[], { MGOFLAGS: "-trimpath" }, 'MGOFLAGS: "-trimpath" is none of mgo\'s flags'],
    [[], { MGOFLAGS: "'-mgo.jobs=3" }, "MGOFLAGS: a quote is not closed"],
    [[], { MGO_PARALLEL_BUILD: "many" }, "MGO_PARALLEL_BUILD=many: it may be a number from 1 to 9999"],
  ])("%j with %j are refused", (flags, env, message) => {
    expect(() => read(flags, env)).toThrow(message);
  });
});

test.each([
  [
    "arm",
    [],
    { GOARM: "8" },
    "GOARM=8 in the environment is ignored, and none of 5, 6, 7: -mgo.levels names the levels",
  ],
  ["arm", ["-mgo.levels=v1,v3"], {}, "-mgo.levels=v1,v3 has no level of linux/arm: the levels are 5,6,7"],
  [
    "amd64",
    ["-mgo.base=v8.0"],
    { GOAMD64: "v1" },
    "-mgo.base=v8.0 has no level of linux/amd64: the base is v3",
  ],
  // Those are written for several targets.
  ["arm", ["-mgo.levels=v1,v8.0"], {}, undefined],
  ["arm", ["-mgo.levels=v1,6,7"], {}, undefined],
  ["arm", [], { MGOFLAGS: "-mgo.levels=v1,v3", GOARM: "7" }, undefined],
])("for %s, %j with %j says what chooses no level", (goarch, flags, env, line) => {
  const workspace = makeWorkspace(SEVERAL);
  const words = [...MGO, ...flags, "-o", "library.a", "./library"];
  const { stderr } = expectSuccess(run(workspace, words, { GOARCH: goarch, ...env }));
  expect(stderr).toBe(line === undefined ? "" : `mgo: ${line}\n`);
});

const TARGETS = ARCHITECTURE_NAMES.map((name) => `linux/${name}`).join(", ");

describe("mgo refuses in one line", () => {
  test.each([
    [
      "a level that the target does not have",
      ["-mgo.levels=7,8"],
      { GOARCH: "arm" },
      "-mgo.levels=7,8: it may be levels from 5,6,7, separated by commas",
    ],
    ["another system", [], { GOOS: "windows" }, `the target is windows/amd64; mgo builds for ${TARGETS}`],
    ["another processor", [], { GOARCH: "386" }, `the target is linux/386; mgo builds for ${TARGETS}`],
    [
      "a build mode without executables",
      ["-buildmode=c-shared"],
      {},
      "-buildmode=c-shared makes no executable; mgo builds with exe, pie or default",
    ],
    [
      "one in GOFLAGS",
      [],
      { GOFLAGS: "-buildmode=c-archive" },
      "-buildmode=c-archive makes no executable; mgo builds with exe, pie or default",
    ],
    ["gccgo", ["-compiler", "gccgo"], {}, "-compiler=gccgo has no GOAMD64 levels; mgo builds with gc"],
    ["a missing go", [], { PATH: "/nowhere" }, "there is no go program in PATH"],
    ["a relative cache", [], { MGOCACHE: "cache" }, "MGOCACHE=cache: it may be an absolute path or off"],
    [
      "its flag behind the packages",
      [".", "-mgo.levels=v1"],
      {},
      "-mgo.levels=v1 stands behind the packages: flags come before them",
    ],
    ["its flag without a value", ["-mgo.levels"], {}, "-mgo.levels needs a value, as in -mgo.levels=VALUE"],
  ])("%s", (_, args, env, message) => {
    const workspace = makeWorkspace(HELLO);
    const { status, stderr } = run(workspace, [...MGO, ...args], env);
    expect(stderr.split("\n")[0]).toBe(`mgo: ${message}`);
    expect(
      stderr
        .split("\n")
        .slice(1)
        .every((line) => line === "" || line.startsWith("hint: ")),
    ).toBe(true);
    expect(status).toBeGreaterThan(0);
    expect(existsSync(`${workspace.folder}/hello`)).toBe(false);
  });

  test("a Go that is too old", () => {
    const workspace = makeWorkspace({
      ...HELLO,
      "bin/go": '#!/bin/sh\necho \'{"GOVERSION":"go1.19.13"}\'\n',
    });
    const { status, stderr } = run(workspace, [...MGO], { PATH: `${workspace.folder}/bin:/bin:/usr/bin` });
    expect(stderr).toStartWith(`mgo: ${workspace.folder}/bin/go is go1.19.13; mgo needs Go 1.20 or newer\n`);
    expect(status).toBe(1);
  });

  test("two programs of one name in one folder", () => {
    const workspace = makeWorkspace({ ...SEVERAL, "other/one/main.go": "package main\n\nfunc main() {}\n" });
    const { stderr } = run(workspace, [...MGO, "-o", "bin/", "./..."]);
    expect(stderr).toBe(
      "mgo: example.com/several/cmd/one and example.com/several/other/one would both be written to one\n",
    );
  });
});

test.each([
  ["levels", ["build", "-levels=v1"]],
  ["cgo-march", ["install", "--cgo-march"]],
  ["jobs", ["run", "-jobs", "2"]],
])("a flag of mgo's without its prefix is refused with the whole one: -%s", (name, words) => {
  const { status, stderr } = run(makeWorkspace(HELLO), [...MGO, ...words, "."]);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `mgo: unknown flag -${name}\nhint: -mgo.${name}\n`,
  });
});

test("an output that cannot be written is refused with its reason", () => {
  const workspace = makeWorkspace(HELLO);
  const { status, stderr } = run(workspace, [...MGO, "-o", "main.go/x"]);
  expect(stderr).toMatch(/^mgo: cannot write \/.*\/main\.go\/x: .*\n$/);
  expect(status).toBe(1);
});

test("a launcher that is none is refused before anything is built", () => {
  const workspace = makeWorkspace({ ...HELLO, "x.go": "package main\n\nvar a int = true\n" });
  const { stderr, status } = run(workspace, [...MGO, "-mgo.launcher=main.go"]);
  expect(stderr).toStartWith("mgo: main.go");
  expect(stderr).not.toContain("x.go");
  expect(status).toBe(1);
});

test("a link to a device is written into, not replaced", () => {
  const workspace = makeWorkspace(HELLO);
  symlinkSync("/dev/null", `${workspace.folder}/x`);
  expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1", "-o", "x"]));
  expect(readlinkSync(`${workspace.folder}/x`)).toBe("/dev/null");
  const piped = run(workspace, ["sh", "-c", '"$@" | head -c 4', "sh", ...MGO, "-o", "/dev/stdout"]);
  expect(piped.stdout).toBe("\x7fELF");
});

test("a relative TMPDIR is seen from where mgo runs, also with -C", () => {
  const workspace = makeWorkspace({ ...SEVERAL, "tmp/": "" });
  expectSuccess(run(workspace, [...MGO, "-C", "cmd/one", "-mgo.levels=v1", "-o", "x"], { TMPDIR: "tmp" }));
  expect(readdirSync(`${workspace.folder}/tmp`)).toEqual([]);
});

test("-mgo.elsewhere=go hands other targets to go build", () => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(
    run(workspace, [...MGO, "-mgo.elsewhere=go", "-o", "x.exe"], {
      GOOS: "windows",
      GOARCH: "arm64",
      GOFLAGS: "-ldflags=-s",
    }),
  );
  expect(readFileSync(`${workspace.folder}/x.exe`).subarray(0, 2).toString()).toBe("MZ");
});

test("a single level gives that variant itself, byte for byte", () => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(run(workspace, [...MGO, "-mgo.levels=v3", "-o", "ours", "."]));
  expectSuccess(run(workspace, ["go", "build", "-o", "plain", "."], { GOAMD64: "v3" }));
  const [ours, plain] = ["ours", "plain"].map((name) => readFileSync(`${workspace.folder}/${name}`));
  expect(ours?.equals(plain ?? Buffer.alloc(0))).toBe(true);
});

test("an archive is the lowest level's, byte for byte", () => {
  const workspace = makeWorkspace(SEVERAL);
  expectSuccess(run(workspace, [...MGO, "-mgo.levels=v4,v2", "-o", "ours.a", "./library"]));
  expectSuccess(run(workspace, ["go", "build", "-o", "plain.a", "./library"], { GOAMD64: "v2" }));
  const [ours, plain] = ["ours.a", "plain.a"].map((name) => readFileSync(`${workspace.folder}/${name}`));
  expect(ours?.equals(plain ?? Buffer.alloc(0))).toBe(true);
});
