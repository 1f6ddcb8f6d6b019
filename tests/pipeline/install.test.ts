/**
 * `mgo install` against `go install`: the same files in the same places, the same words, the same exit
 * status.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LEVELS } from "../../src/levels/level.ts";
import { type Case, runBoth } from "../support/compare.ts";
import { cpuLevel } from "../support/cpu.ts";
import { goMod, HELLO, library, program, SEVERAL } from "../support/programs.ts";
import { type Published, publish } from "../support/proxy.ts";
import { expectSuccess } from "../support/run.ts";
import { BLOCK, expectNothingLeft, startStuck } from "../support/stuck.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

const TOOL = {
  ...goMod("example.com/tool"),
  ...program("cmd/one", "one"),
  ...program("cmd/two", "two"),
  ...library("library"),
};
const git = Bun.which("git");
const PUBLISHED: readonly Published[] = [
  { path: "example.com/tool", version: "v1.0.0", files: TOOL },
  { path: "example.com/tool", version: "v1.1.0", files: TOOL },
  {
    path: "example.com/replaced",
    version: "v1.0.0",
    files: {
      ...program(""),
      "go.mod": "module example.com/replaced\n\ngo 1.20\n\nreplace example.com/a => ./a\n",
    },
  },
];
const proxy = git === null ? {} : publish(PUBLISHED);

type Row = Omit<Case, "command">;

/** The case of a row, in a workspace whose programs go to its folder `bin` unless it says otherwise. */
function install(row: Row): Case {
  return { ...row, command: "install", env: { GOBIN: "$DIR/bin", ...row.env } };
}

const LOCAL: Readonly<Record<string, Row>> = {
  "no arguments, with what go build has left": {
    files: HELLO,
    args: [],
    prepare: [["go", "build"]],
  },
  "no arguments, with a script in the program's place": {
    files: { ...HELLO, hello: "#!/bin/sh\n" },
    args: [],
    env: { GOBIN: "$DIR" },
  },
  packages: { files: SEVERAL, args: ["./..."] },
  "GOPATH without GOBIN": { files: HELLO, args: ["."], env: { GOBIN: "", GOPATH: "$DIR/gopath:/b" } },
  "a module path that ends in /v2": { files: { ...goMod("example.com/x/v2"), ...program("") }, args: [] },
  files: { files: HELLO, args: ["main.go", "v1.go", "v2.go", "v3.go", "v4.go"] },
  "a library": { files: SEVERAL, args: ["./library"] },
  "a library with GOFLAGS=-o=x": { files: SEVERAL, args: ["./library"], env: { GOFLAGS: "-o=x" } },
  "-o": { files: HELLO, args: ["-o", "x", "."] },
  "GOBIN that is not absolute": { files: HELLO, args: ["."], env: { GOBIN: "bin" } },
  "a text file in the program's place": { files: { ...HELLO, "bin/hello": "text\n" }, args: ["."] },
  "a folder in the program's place": { files: { ...HELLO, "bin/hello/": "" }, args: ["."] },
  "a missing package": { files: HELLO, args: ["./missing"] },
  "no module": { files: program(""), args: ["example.com/tool"] },
};

const VERSIONED: Readonly<Record<string, Row>> = {
  "pkg@version": { files: {}, args: ["example.com/tool/cmd/one@v1.0.0"] },
  "a broken module around it": {
    files: { "go.mod": "nonsense\n" },
    args: ["example.com/tool/...@latest"],
  },
  "a pattern that matches nothing": { files: {}, args: ["example.com/tool/none/...@v1.0.0"] },
  "two versions": {
    files: {},
    args: ["example.com/tool/cmd/one@v1.0.0", "example.com/tool/cmd/two@v1.1.0"],
  },
  "replace directives": { files: {}, args: ["example.com/replaced@v1.0.0"] },
  "a library": { files: {}, args: ["example.com/tool/library@v1.0.0"] },
  "a version that there is not": { files: {}, args: ["example.com/tool/cmd/one@v9.0.0"] },
  "GOBIN that is not absolute": {
    files: {},
    args: ["example.com/tool/cmd/one@v1.0.0"],
    env: { GOBIN: "bin" },
  },
  "a text file in its place": {
    files: { "bin/one": "text\n" },
    args: ["example.com/tool/cmd/one@v1.0.0"],
  },
};

describe("does as go install:", () => {
  test.each(Object.entries(LOCAL))("%s", (_, row) => {
    const { go, mgo } = runBoth(install(row));
    expect(mgo).toEqual(go);
  });

  test.skipIf(git === null).each(Object.entries(VERSIONED))("with a version, %s", (_, row) => {
    // Go prints each download once.
    run(
      makeWorkspace(),
      ["go", "mod", "download", ...PUBLISHED.map(({ path, version }) => `${path}@${version}`)],
      proxy,
    );
    const { go, mgo } = runBoth(install({ ...row, env: { ...proxy, ...row.env } }));
    expect(mgo).toEqual(go);
  });
});

/** Runs mgo install with GOBIN in the workspace. */
function mgoInstall(workspace: Workspace, args: readonly string[], env = {}) {
  return run(workspace, [...MGO, "install", ...args], { GOBIN: join(workspace.folder, "bin"), ...env });
}

describe("mgo install", () => {
  test.skipIf(git === null)("makes bundles that have the module's version, also elsewhere", () => {
    const workspace = makeWorkspace({ "a/": "", "b/": "" });
    const args = ["-x", "example.com/tool/cmd/one@latest"];
    expectSuccess(mgoInstall(workspace, args, proxy));
    const file = join(workspace.folder, "bin", "one");
    const top = LEVELS.indexOf(cpuLevel());
    for (const level of LEVELS.slice(0, top + 1)) {
      expect(run(workspace, [file], { GOAMD64: level }).stdout).toBe(`one ${level}\n`);
    }
    const { stdout } = run(workspace, ["go", "version", "-m", file]);
    expect(stdout).toContain("\tpath\texample.com/tool/cmd/one\n\tmod\texample.com/tool\tv1.1.0\th1:");
    // The second run is in another folder, which says nothing about what has a version.
    const second = expectSuccess(
      run(workspace, [...MGO, "install", ...args], { ...proxy, GOBIN: join(workspace.folder, "bin") }, "a"),
    );
    expect(second.stderr).not.toContain("/link ");
    expect(listFiles(workspace.temporary)).toEqual([]);
  });

  test("links nothing in an unchanged second run", () => {
    const workspace = makeWorkspace(SEVERAL);
    expect(expectSuccess(mgoInstall(workspace, ["-x", "./..."])).stderr).toContain("/link ");
    expect(expectSuccess(mgoInstall(workspace, ["-x", "./..."])).stderr).not.toContain("/link ");
  });

  test("installs nothing where a library beside the programs is broken", () => {
    const broken = { "library/broken.go": "package library\n\nvar a int = true\n" };
    const workspace = makeWorkspace({ ...SEVERAL, ...broken });
    const { status, stderr } = mgoInstall(workspace, ["./..."]);
    expect(stderr).toMatch(/^# example\.com\/several\/library\nlibrary\/broken\.go:3:13: .*\n$/);
    expect(status).toBe(1);
    expect(existsSync(join(workspace.folder, "bin"))).toBe(false);
  });

  test("installs for a single level what go does", () => {
    const workspace = makeWorkspace(HELLO);
    const folder = join(workspace.folder, "bin");
    expectSuccess(run(workspace, ["go", "install"], { GOBIN: folder, GOAMD64: "v2" }));
    const wanted = readFileSync(join(folder, "hello"));
    writeFileSync(join(folder, "hello"), "");
    expectSuccess(mgoInstall(workspace, ["-mgo.levels=v2"]));
    expect(readFileSync(join(folder, "hello")).equals(wanted)).toBe(true);
  });

  test("with -n shows the commands of each level, and installs nothing", () => {
    const workspace = makeWorkspace(HELLO);
    const { stderr } = expectSuccess(mgoInstall(workspace, ["-n"]));
    expect([...stderr.matchAll(/^# GOAMD64=(v\d)$/gm)].map(([, level]) => level)).toEqual([...LEVELS]);
    expect(stderr).toContain(`mv $WORK/b001/exe/a.out ${workspace.folder}/bin/hello`);
    expect(existsSync(join(workspace.folder, "bin"))).toBe(false);
  });

  test("hands other targets to go install where it is told to", () => {
    const workspace = makeWorkspace({
      ...goMod("example.com/x"),
      "main.go": "package main\n\nfunc main() {}\n",
    });
    const env = { GOOS: "windows", GOBIN: "", GOPATH: join(workspace.folder, "gopath") };
    const refused = mgoInstall(workspace, ["."], env);
    expect(refused.stderr).toContain("the target is windows/amd64; mgo builds for linux/amd64");
    expectSuccess(mgoInstall(workspace, ["-mgo.elsewhere=go", "."], env));
    expect(existsSync(join(workspace.folder, "gopath/bin/windows_amd64/x.exe"))).toBe(true);
  });

  test("hands Go's own programs to go install, and refuses them beside others", () => {
    const workspace = makeWorkspace(HELLO);
    const plain = run(workspace, ["go", "install", "-n", "cmd/vet"], { GOBIN: "" });
    expect(plain.stderr).toContain("cmd/vet");
    const ours = mgoInstall(workspace, ["-mgo.levels=v1", "-n", "cmd/vet"], { GOBIN: "" });
    expect(ours).toEqual(plain);
    const { status, stderr } = mgoInstall(workspace, ["cmd/vet", "."]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "mgo: cmd/vet belongs to Go itself, whose programs mgo does not replace\nhint: go install cmd/vet\n",
    });
  });

  test("leaves the old file and nothing else when it is interrupted", async () => {
    const place = makeWorkspace({ ...HELLO, "tools/block": BLOCK });
    const workspace = { ...place, env: { ...place.env, GOBIN: place.folder } };
    const { child, mark, end } = await startStuck(BLOCK, [...MGO, "install"], workspace);
    child.kill("SIGTERM");
    await child.exited;
    await end();
    expect(String(child.signalCode)).toBe("SIGTERM");
    expectNothingLeft(workspace, mark);
  });
});
