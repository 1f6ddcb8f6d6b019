/**
 * Output where four builds have more to say than one: -n, -x, -v, -work, -json, and errors of some levels.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { goMod, HELLO, program } from "../support/programs.ts";
import { expectSuccess, type Outcome } from "../support/run.ts";
import {
  type Files,
  listFiles,
  MGO,
  makeWorkspace,
  run,
  type Workspace,
  writeFiles,
} from "../support/workspace.ts";

const LEVELS = ["v1", "v2", "v3", "v4"];

function build(files: Files, args: readonly string[], env = {}): Outcome & { readonly workspace: Workspace } {
  const workspace = makeWorkspace(files);
  return { ...run(workspace, [...MGO, ...args], env), workspace };
}

/** The lines that name levels. */
function levelLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith("# GOAMD64="));
}

/** A file that only compiles for levels below v3. */
const FAILS_FROM_V3 = { "new.go": "//go:build amd64.v3\n\npackage main\n\nvar broken int = true\n" };
const WARNING = { "warn.go": 'package main\n\n// #warning "mind the step"\nimport "C"\n' };

beforeAll(() => {
  expectSuccess(build(HELLO, []));
});

describe("-n", () => {
  test("prints what go build -n prints, for each level behind its line, and makes nothing", () => {
    const { status, stderr, stdout, workspace } = build(HELLO, ["-n", "-o", "x"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    const parts = stderr.split(/^# GOAMD64=(v\d)\n/m);
    expect(parts.filter((_, index) => index % 2 === 1)).toEqual(LEVELS);
    const plain = run(workspace, ["go", "build", "-n", "-o", "x"]);
    expect(parts[2]).toBe(plain.stderr);
    expect(listFiles(workspace.folder).some((line) => line.endsWith(" x"))).toBe(false);
  });

  test("from GOFLAGS counts as well", () => {
    const { stderr, workspace } = build(HELLO, [], { GOFLAGS: "-n" });
    expect(levelLines(stderr)).toEqual(LEVELS.map((level) => `# GOAMD64=${level}`));
    expect(existsSync(`${workspace.folder}/hello`)).toBe(false);
  });
});

describe("-x", () => {
  test("prints each level's commands behind its line, and builds", () => {
    const { status, stderr, workspace } = build(HELLO, ["-x"]);
    expect(status).toBe(0);
    expect(levelLines(stderr)).toEqual(LEVELS.map((level) => `# GOAMD64=${level}`));
    expect(stderr.match(/^WORK=/gm)).toHaveLength(4);
    expect(stderr.match(/\/link .*-buildmode=/g)).toHaveLength(4);
    expect(existsSync(`${workspace.folder}/hello`)).toBe(true);
  });
});

describe("-v", () => {
  test("prints each package once, then what mgo made", () => {
    const { stderr } = build(HELLO, ["-v"]);
    const [first, ...rest] = stderr.trimEnd().split("\n");
    expect(first).toBe("example.com/hello");
    expect(rest).toHaveLength(5);
    expect(rest.slice(0, 4).map((line) => line.replace(/ in .* s$/, " in ? s"))).toEqual(
      LEVELS.map((level) => `mgo: ${level} built in ? s`),
    );
    expect(rest[4]).toMatch(
      /^mgo: hello: \S+ [kM]B, \d\.\d\d× one plain build of \S+ MB, 4 variants in .* s$/,
    );
  });

  test("says that GOAMD64 is ignored", () => {
    const { stderr } = build(HELLO, ["-v"], { GOAMD64: "v3" });
    expect(stderr).toStartWith("mgo: GOAMD64=v3 in the environment is ignored: ");
    expect(build(HELLO, [], { GOAMD64: "v3" })).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("-work", () => {
  test("prints each level's work folder and leaves it, where Go makes it", () => {
    const { stderr, workspace } = build(HELLO, ["-work"]);
    expect(levelLines(stderr)).toHaveLength(4);
    const folders = [...stderr.matchAll(/^WORK=(.*)$/gm)].map(([, folder]) => folder ?? "");
    expect(folders.map((folder) => dirname(folder))).toEqual(Array(4).fill(workspace.temporary));
    expect(folders.every((folder) => existsSync(folder))).toBe(true);
    expect(readdirSync(workspace.temporary)).toHaveLength(4);
  });
});

describe("-json", () => {
  test("prints the events that all levels share once", () => {
    const files = { ...HELLO, "x.go": "package main\n\nvar a int = true\n" };
    const { stdout, status, workspace } = build(files, ["-json"]);
    const plain = run(workspace, ["go", "build", "-json"]);
    expect({ stdout, status }).toEqual({ stdout: plain.stdout, status: 1 });
  });

  test("names the levels in events that only some of them have", () => {
    const { stdout, status } = build({ ...HELLO, ...FAILS_FROM_V3 }, ["-json"]);
    expect(status).toBe(1);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.length).toBeGreaterThan(0);
    expect(events.every((event) => event.GOAMD64 === "v3,v4")).toBe(true);
  });
});

describe("errors", () => {
  test("are printed behind a line that names their levels, and nothing is written", () => {
    const { stderr, status, workspace } = build({ ...HELLO, ...FAILS_FROM_V3 }, []);
    expect({ stderr, status }).toEqual({
      stderr:
        "# GOAMD64=v3,v4\n# example.com/hello\n" +
        "./new.go:5:18: cannot use true (untyped bool constant) as int value in variable declaration\n",
      status: 1,
    });
    expect(existsSync(`${workspace.folder}/hello`)).toBe(false);
  });

  test("are all printed where levels differ", () => {
    const files = {
      ...HELLO,
      "a.go": "//go:build !amd64.v3\n\npackage main\n\nvar a int = true\n",
      "b.go": "//go:build amd64.v3\n\npackage main\n\nvar b int = true\n",
    };
    expect(levelLines(build(files, []).stderr)).toEqual(["# GOAMD64=v1,v2", "# GOAMD64=v3,v4"]);
  });

  test("are Go's for a program that some levels do not have", () => {
    const files = {
      ...goMod("example.com/hello"),
      "main.go": "//go:build amd64.v2\n\npackage main\n\nfunc main() {}\n",
    };
    const { stderr, status } = build(files, ["-o", "x", "."]);
    expect(status).toBe(1);
    expect(stderr).toStartWith(
      "# GOAMD64=v1\npackage example.com/hello: build constraints exclude all Go files in ",
    );
  });

  test("name the levels that list other packages, before anything is built", () => {
    const workspace = makeWorkspace({ ...goMod("example.com/m"), ...program("cmd/a"), ...program("cmd/b") });
    const args = ["-mgo.levels=v1,v3", "-o", "bin/", "./..."];
    expectSuccess(run(workspace, [...MGO, ...args]));
    const old = listFiles(workspace.folder);
    // The entry in the cache still has a v3 of the old program.
    writeFiles(workspace.folder, {
      "cmd/a/main.go": "//go:build !amd64.v3\n\npackage main\n\nfunc main() {}\n",
      "cmd/a/v3.go": "//go:build never\n\npackage main\n",
      "cmd/a/v4.go": "//go:build never\n\npackage main\n",
    });
    for (const env of [{}, { MGOCACHE: "off" }]) {
      const { status, stderr } = run(workspace, [...MGO, ...args], env);
      expect({ status, stderr: stderr.split("\n")[0] }).toEqual({
        status: 1,
        stderr:
          "mgo: GOAMD64=v1 and GOAMD64=v3 would not build the same: only v1 builds example.com/m/cmd/a as a",
      });
    }
    expect(listFiles(workspace.folder)).toEqual(old);
    const named = run(workspace, [...MGO, "-mgo.levels=v1,v3", "-o", "bin/", "./cmd/a", "./cmd/b"]);
    expect(named.stderr).toStartWith(
      "# GOAMD64=v3\npackage example.com/m/cmd/a: build constraints exclude all",
    );
  });

  test("leave the old output alone", () => {
    const workspace = makeWorkspace(HELLO);
    expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1"]));
    const before = Bun.spawnSync(["sha256sum", "hello"], { cwd: workspace.folder }).stdout.toString();
    rmSync(`${workspace.folder}/v4.go`);
    expect(run(workspace, [...MGO]).status).toBe(1);
    expect(Bun.spawnSync(["sha256sum", "hello"], { cwd: workspace.folder }).stdout.toString()).toBe(before);
  });
});

describe.skipIf(Bun.which("gcc") === null)("warnings", () => {
  test("are printed behind a line that names their levels", () => {
    const files = {
      ...HELLO,
      ...program("tool"),
      "tool/warn.go": `//go:build amd64.v4\n\n${WARNING["warn.go"]}`,
    };
    const { stderr, status } = build(files, ["-o", "x", "./tool"], { CGO_ENABLED: "1" });
    expect(status).toBe(0);
    expect(stderr).toStartWith("# GOAMD64=v4\n# example.com/hello/tool\n");
  });
});

test("a line that one level prints twice is printed twice", () => {
  // Go runs the assembler twice for a package that it has not compiled before.
  const build = (mgo: readonly string[]): readonly string[] => {
    const workspace = makeWorkspace({
      ...goMod("example.com/p"),
      "main.go": "package main\n\nfunc Add()\n\nfunc main() { Add() }\n",
      "add_amd64.s": `// ${randomUUID()}\nTEXT ·Add(SB),4,$0-0\n\tRET\n`,
      "tool.sh":
        '#!/bin/sh\n[ "$2" = -V=full ] || [ "$TOOLEXEC_IMPORTPATH" != example.com/p ] || ' +
        'basename "$1"\nexec "$@"\n',
    });
    const args = [`-toolexec=${workspace.folder}/tool.sh`, "-o", "x", "."];
    return expectSuccess(run(workspace, [...mgo, ...args]))
      .stderr.split("\n")
      .toSorted();
  };
  const plain = build(["go", "build"]);
  expect(plain.filter((line) => line === "asm")).toHaveLength(2);
  expect(build([...MGO, "-mgo.levels=v1,v3"])).toEqual(plain);
});
