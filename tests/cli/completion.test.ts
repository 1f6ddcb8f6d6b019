/**
 * Completions of mgo's command line, by mgo itself and by real shells that ask it.
 */
import { describe, expect, test } from "bun:test";
import { complete } from "../../src/cli/completion/complete.ts";
import { SHELLS } from "../../src/cli/completion/scripts.ts";
import { COMMANDS } from "../../src/cli/reference/commands.ts";
import type { Architecture } from "../../src/levels/level.ts";
import { MGO_FLAGS } from "../../src/pipeline/flags.ts";
import { expectSuccess } from "../support/run.ts";
import { askFish, hasShell, TAB, typeLines } from "../support/shells.ts";
import { MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

/** Returns the completions of a line at its end. */
function offered(line: string, target: Architecture = "amd64") {
  const words = line.split(" ");
  const { paths, prefix, words: found } = complete(words.slice(0, -1), words.at(-1) ?? "", target);
  return { paths, words: found.map(({ text }) => prefix + text) };
}

describe("mgo offers", () => {
  test("its commands and go's", () => {
    const { words } = offered("");
    expect(words).toEqual(expect.arrayContaining([...COMMANDS.map(({ name }) => name), "env", "test"]));
    expect(offered("ve").words).toEqual(["verify", "version", "vet"]);
    expect(offered("help ve").words).toEqual(["verify", "version", "vet"]);
  });

  test("flags where a build may have them, and packages behind", () => {
    const flags = MGO_FLAGS.map(({ name, ...flag }) => ("value" in flag ? `-${name}=` : `-${name}`));
    for (const line of ["-mgo.", "build -mgo.", "-v -o x -mgo.", "-C x build -mgo.", "-tags=a -mgo."]) {
      expect(offered(line)).toEqual({ paths: "none", words: flags });
    }
    for (const line of [". -mgo.", "build ./x -mgo.", "-v -- -mgo."]) {
      expect(offered(line)).toEqual({ paths: "packages", words: [] });
    }
    expect(offered("-v").words).toEqual(["-v", ...offered("--v").words.filter((word) => word === "-v")]);
    expect(offered("--ver").words).toEqual(["--version"]);
  });

  test.each([
    ["-mgo.layout=", { paths: "none", words: ["-mgo.layout=packed", "-mgo.layout=direct"] }],
    ["-mgo.layout d", { paths: "none", words: ["direct"] }],
    [
      "-mgo.levels=v1,",
      { paths: "none", words: ["-mgo.levels=v1,v2", "-mgo.levels=v1,v3", "-mgo.levels=v1,v4"] },
    ],
    ["-mgo.levels=v1,v2,v3,v4", { paths: "none", words: ["-mgo.levels=v1,v2,v3,v4"] }],
    ["-buildmode=p", { paths: "none", words: ["-buildmode=pie"] }],
    ["--buildmode p", { paths: "none", words: ["pie"] }],
    ["-trimpath=t", { paths: "none", words: ["-trimpath=true"] }],
    ["-ldflags ", { paths: "none", words: [] }],
    ["-mgo.launcher=x", { paths: "files", words: [] }],
    ["-o ", { paths: "files", words: [] }],
    ["-C ", { paths: "folders", words: [] }],
    ["build -C ", { paths: "folders", words: [] }],
    ["-v ", { paths: "packages", words: [] }],
    ["-v .", { paths: "packages", words: ["./..."] }],
    ["test -", { paths: "go", words: [] }],
    ["-C x test -", { paths: "go", words: [] }],
    ["pack --layout ", { paths: "none", words: ["packed", "direct"] }],
    ["pack x --b", { paths: "none", words: ["--base"] }],
    ["pack -o x v3=", { paths: "files", words: [] }],
    ["inspect ", { paths: "files", words: [] }],
    ["inspect x -", { paths: "none", words: ["--sizes", "--changes", "--level", "--json", "--html"] }],
    ["inspect -- -", { paths: "files", words: [] }],
    ["extract x --level v", { paths: "none", words: ["v1", "v2", "v3", "v4"] }],
    ["man ", { paths: "none", words: [] }],
    ["-mgo.unknown=", { paths: "none", words: [] }],
  ])("for %j what may stand there", (line, expected) => {
    expect<unknown>(offered(line)).toEqual(expected);
  });

  test("the levels of the target, and others as soon as they are typed", () => {
    expect(offered("-mgo.levels ", "arm").words).toEqual(["5", "6", "7"]);
    expect(offered("-mgo.levels 5,", "arm").words).toEqual(["5,6", "5,7"]);
    expect(offered("extract x --level ", "ppc64le").words).toEqual(["power8", "power9", "power10"]);
    expect(offered("-mgo.base rva", "arm").words).toEqual(["rva20u64", "rva22u64", "rva23u64"]);
    expect(offered("pack -o x 7,softfloat=")).toEqual({ paths: "files", words: [] });
    const { stdout } = run(makeWorkspace(), [...MGO, "__complete", "-mgo.levels", ""], { GOARCH: "riscv64" });
    expect(stdout).toBe("none\t\nrva20u64\t\nrva22u64\t\nrva23u64\t\n");
  });

  test("nothing that a shell's script would misread, whatever it is asked", () => {
    const ask = (...words: string[]) => run(makeWorkspace(), [...MGO, "__complete", ...words]);
    expect(ask()).toMatchObject({ status: 0, stderr: "" });
    expect(ask("-mgo.levels=a\nb=", "-\n=")).toMatchObject({ status: 0, stderr: "", stdout: "none\t\n" });
    expect(ask("-mgo.launcher=a\tb")).toMatchObject({ status: 0, stdout: "files\t-mgo.launcher=\n" });
  });
});

describe("mgo completion", () => {
  test("refuses other shells, and names those that it has", () => {
    const { status, stderr } = run(makeWorkspace(), [...MGO, "completion", "csh"]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "mgo: completion: it takes one of bash, zsh, fish\n",
    });
  });

  for (const shell of SHELLS) {
    test.skipIf(Bun.which(shell) === null)(`prints a script that ${shell} finds nothing wrong with`, () => {
      const script = `"$@" > script && ${shell} -n script`;
      expectSuccess(run(makeWorkspace(), ["sh", "-c", script, "sh", ...MGO, "completion", shell]));
    });
  }
});

/** Files and folders, some with blanks. */
function makePlace(): Workspace {
  return makeWorkspace({
    "main.go": "",
    "read.me": "",
    "cmd/one/": "",
    "with blank/a file": "",
    "v3 app": "",
    "launcher.bin": "",
  });
}

const LINES = {
  commands: "mgo ver",
  flags: "mgo -mgo.l",
  value: "mgo -mgo.layout=",
  apart: "mgo build -mgo.compress ",
  list: "mgo -v -mgo.levels=v1,",
  goFlag: "mgo -build",
  goValue: "mgo -buildmode=p",
  packages: "mgo -o x ",
  files: "mgo inspect r",
  fileBehind: "mgo -mgo.launcher=l",
  folders: "mgo -C c",
  level: "mgo pack -o out v3=r",
};

for (const shell of ["bash", "zsh"] as const) {
  describe.skipIf(!hasShell(shell))(`${shell} offers`, () => {
    test("the words of mgo, and paths where they belong", () => {
      const found = typeLines(makePlace(), shell, Object.values(LINES));
      // Bash repeats what stands in front of = only once, zsh before each.
      const bare = (words: readonly string[] = []) =>
        words.map((word) => word.replace(/^-mgo\.\w+=(?=.)/, "")).toSorted();
      const offers = Object.fromEntries(Object.keys(LINES).map((name, index) => [name, bare(found[index])]));
      expect(offers).toEqual({
        commands: ["verify", "version"],
        flags: ["-mgo.launcher=", "-mgo.layout=", "-mgo.levels="],
        value: ["direct", "packed"],
        apart: ["-mgo.compress", "best", "build", "default", "fast"],
        list: ["-v", "v1,v2", "v1,v3", "v1,v4"],
        goFlag: ["-buildmode=", "-buildvcs"],
        goValue: ["-buildmode=pie"],
        packages: ["-o", "cmd", "main.go", "with blank", "x"],
        files: ["inspect", "read.me"],
        fileBehind: ["launcher.bin"],
        folders: ["-C", "cmd"],
        level: ["-o", "out", "pack", "v3=read.me"],
      });
    });

    test("and completes in place, blanks quoted, with no blank behind =", () => {
      const lines = [
        `mgo -mgo.lev${TAB}v3,v4`,
        `mgo ext${TAB}x`,
        `mgo inspect v3${TAB}`,
        `mgo inspect with${TAB}a${TAB}`,
        `mgo inspect 'with${TAB}a${TAB}`,
        `mgo -o x wi${TAB}`,
      ];
      const called = typeLines(makePlace(), shell, lines);
      // Zsh takes a folder's slash back when the line ends there.
      expect(called.map((words) => words.map((word) => word.replace(/\/$/, "")))).toEqual([
        ["-mgo.levels=v3,v4"],
        ["extract", "x"],
        ["inspect", "v3 app"],
        ["inspect", "with blank/a file"],
        ["inspect", "with blank/a file"],
        ["-o", "x", "with blank"],
      ]);
    });
  });
}

describe.skipIf(!hasShell("fish"))("fish offers", () => {
  test("the words of mgo, and paths where they belong", () => {
    const place = makePlace();
    const words = (line: string) => askFish(place, line).map((each) => each.split("\t")[0]);
    expect(askFish(place, LINES.commands)).toEqual([
      "verify\tcheck a bundle from end to end",
      "version\tas go version",
    ]);
    expect(words(LINES.flags)).toEqual(["-mgo.launcher=", "-mgo.layout=", "-mgo.levels="]);
    expect(words(LINES.value).toSorted()).toEqual(["-mgo.layout=direct", "-mgo.layout=packed"]);
    expect(words(LINES.apart).toSorted()).toEqual(["best", "default", "fast"]);
    expect(words(LINES.list)).toEqual(["-mgo.levels=v1,v2", "-mgo.levels=v1,v3", "-mgo.levels=v1,v4"]);
    expect(words(LINES.goFlag)).toEqual(["-buildmode=", "-buildvcs"]);
    expect(words(LINES.packages).toSorted()).toEqual(["cmd/", "main.go", "with blank/"]);
    expect(words(LINES.files)).toEqual(["read.me"]);
    expect(words(LINES.fileBehind)).toEqual(["-mgo.launcher=launcher.bin"]);
    expect(words(LINES.folders)).toEqual(["cmd/"]);
    expect(words(LINES.level)).toEqual(["v3=read.me"]);
  });

  test("its completions of go where the command is go's", () => {
    expect(askFish(makePlace(), "mgo mod ti").map((each) => each.split("\t")[0])).toEqual(["tidy"]);
  });
});
