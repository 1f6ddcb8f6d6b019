/**
 * mgo against `go build`: the same files with the same modes, the same words, the same exit status, and
 * programs that print the same.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { findProgram } from "../../src/system/process.ts";
import { type Case, runBoth } from "../support/compare.ts";
import { goMod, HELLO, program, SEVERAL } from "../support/programs.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

/** Cases by their names. */
type Rows = Readonly<Record<string, Case>>;

const NAMING: Rows = {
  "no arguments": { files: HELLO, args: [] },
  "a package": { files: HELLO, args: ["."] },
  "-o x": { files: HELLO, args: ["-o", "x", "."] },
  "-o twice": { files: HELLO, args: ["-o", "x", "-o", "y"] },
  "-o with nothing": { files: HELLO, args: ["-o", "", "."] },
  "-o into a folder that does not exist": { files: HELLO, args: ["-o", "a/b/c"] },
  "-o with an absolute path": { files: HELLO, args: ["-o", "/dev/null"] },
  "-o dir/": { files: HELLO, args: ["-o", "bin/"] },
  "-o of a folder": { files: { ...HELLO, "bin/": "" }, args: ["-o", "bin"] },
  "-o .": { files: HELLO, args: ["-o", "."] },
  "-o ..": { files: SEVERAL, args: ["-o", "..", "."], folder: "cmd/one" },
  "-C dir": { files: SEVERAL, args: ["-C", "cmd/one"] },
  "-C dir with -o": { files: SEVERAL, args: ["-C", "cmd/one", "-o", "../x"] },
  "-C=dir": { files: SEVERAL, args: ["-C=cmd/one", "-o=x", "."] },
  "a module path that ends in /v2": { files: { ...goMod("example.com/hello/v2"), ...program("") }, args: [] },
  "a package below a module path /v3": {
    files: { ...goMod("example.com/x/v3"), ...program("cmd/tool") },
    args: ["./cmd/tool"],
  },
  files: { files: HELLO, args: ["v1.go", "main.go", "v2.go", "v3.go", "v4.go"] },
  "a package outside of the folder": { files: SEVERAL, args: ["../two"], folder: "cmd/one" },
  "an import path": { files: SEVERAL, args: ["example.com/several/cmd/one"] },
  "GOFLAGS=-o=x": { files: HELLO, args: [], env: { GOFLAGS: "-o=x" } },
  "GOFLAGS=-o=x beneath -o y": { files: HELLO, args: ["-o", "y"], env: { GOFLAGS: "-o=x" } },
  "GOFLAGS=-o=x beneath an empty -o": { files: HELLO, args: ["-o="], env: { GOFLAGS: "-o=x" } },
  "an -o that is the value of another flag": { files: HELLO, args: ["-installsuffix", "-o", "-o", "x"] },
  "an -o with blanks and quotes": { files: HELLO, args: ["-o", ` a 'b' "c" $(d) \`e\` \\ `] },
  "an -o with a line end": { files: HELLO, args: ["-o", "a\nb"] },
  "an -o that begins with a dash": { files: HELLO, args: ["-o", "-x"] },
  "an -o= that begins with two dashes": { files: HELLO, args: ["-o=--mgo.levels"] },
  "an -o that looks like a flag of mgo": { files: HELLO, args: ["-o", "-mgo.levels=v9"] },
  "an -o with letters beyond ASCII": { files: HELLO, args: ["-o", "größe-名前-🚀"] },
  "-C of a folder with blanks, quotes and a line end": {
    files: Object.fromEntries(Object.entries(HELLO).map(([path, text]) => [`a 'b' "c"\nd/${path}`, text])),
    args: ["-C", `a 'b' "c"\nd`],
  },
  "-C of a folder that begins with a dash": {
    files: Object.fromEntries(Object.entries(HELLO).map(([path, text]) => [`-C/${path}`, text])),
    args: ["-C", "-C", "-o", "x"],
  },
  "a folder with a dash in front as package": {
    files: { ...goMod("example.com/dash"), ...program("-o") },
    args: ["--", "./-o"],
  },
  "a folder with a blank as package": {
    files: { ...goMod("example.com/blank"), ...program("a b") },
    args: ["./a b"],
  },
  "a file with a blank and quotes in its name": {
    files: { "a 'b'.go": "package main\n\nfunc main() {}\n" },
    args: ["a 'b'.go"],
  },
  "a file with a line end in its name": {
    files: { "a\nb.go": "package main\n\nfunc main() {}\n" },
    args: ["a\nb.go"],
  },
  "a file with a dash in front": { files: { "-x.go": "package main\n\nfunc main() {}\n" }, args: ["-x.go"] },
  "a file with a dash in front after --": {
    files: { "-x.go": "package main\n\nfunc main() {}\n" },
    args: ["--", "-x.go"],
  },
  "a module path with a blank": { files: { ...HELLO, "go.mod": 'module "a b"\n' }, args: [] },
  "a module path that begins with a dash": { files: { ...HELLO, "go.mod": "module -x\n" }, args: [] },
  "a module path that ends in a flag": {
    files: { ...HELLO, "go.mod": "module example.com/-o=x\n\ngo 1.20\n" },
    args: [],
  },
  "an empty argument": { files: HELLO, args: [""] },
  "-ldflags with line ends and quotes": {
    files: HELLO,
    args: ["-o", "x", "-ldflags", "-s\n-X 'main.greeting=it is \"so\"'"],
  },
  "-tags with what is no tag": { files: HELLO, args: ["-tags", "a b\nc,-d", "-o", "x"] },
  "flags after --": { files: HELLO, args: ["-o", "x", "--", "."] },
};

const PACKAGES: Rows = {
  "./...": { files: SEVERAL, args: ["./..."] },
  "several packages with -o dir/": { files: SEVERAL, args: ["-o", "bin/", "./..."] },
  "several packages with -o of a folder": {
    files: { ...SEVERAL, "bin/": "" },
    args: ["-o", "bin", "./cmd/..."],
  },
  "several packages with -o file": { files: SEVERAL, args: ["-o", "x", "./..."] },
  "several packages with -o /dev/null": { files: SEVERAL, args: ["-o", "/dev/null", "./..."] },
  "a folder of nothing but tests beside a program": {
    files: { ...HELLO, "tests/a_test.go": "package tests\n" },
    args: ["-o", "x", "./..."],
  },
  "a library": { files: SEVERAL, args: ["./library"] },
  "a library with -o lib.a": { files: SEVERAL, args: ["-o", "lib.a", "./library"] },
  "a library with -o dir/": { files: SEVERAL, args: ["-o", "bin/", "./library"] },
  "-o of an existing text file": { files: { ...HELLO, x: "text\n" }, args: ["-o", "x"] },
  "-o of an empty file": { files: { ...HELLO, x: "" }, args: ["-o", "x"] },
  "-o of an object file": { files: HELLO, args: ["-o", "x"], prepare: [["cp", "/bin/true", "x"]] },
  "-o of a symbolic link": {
    files: HELLO,
    args: ["-o", "x"],
    prepare: [
      ["cp", "/bin/true", "real"],
      ["ln", "-s", "real", "x"],
    ],
  },
  "-o of a symbolic link to text": {
    files: { ...HELLO, real: "text\n" },
    args: ["-o", "x"],
    prepare: [["ln", "-s", "real", "x"]],
  },
  "a text file where -o dir/ wants a program": {
    files: { ...HELLO, "bin/hello": "text\n" },
    args: ["-o", "./bin//"],
  },
  "an existing text file and a type error": {
    files: { ...HELLO, x: "text\n", "x.go": "package main\n\nvar a int = true\n" },
    args: ["-o", "x"],
  },
  "-o of a dangling symbolic link": {
    files: HELLO,
    args: ["-o", "x"],
    prepare: [["ln", "-s", "nothing", "x"]],
  },
  "a folder where -o dir/ wants a program": { files: { ...HELLO, "bin/hello/": "" }, args: ["-o", "bin"] },
  "a umask": { files: HELLO, args: ["-o", "bin/x"], wrapper: ["sh", "-c", 'umask 027; exec "$@"', "sh"] },
  "the default name is a folder": { files: { ...HELLO, "hello/": "" }, args: [] },
};

const ERRORS: Rows = {
  "a missing package": { files: HELLO, args: ["./missing"] },
  "a missing import": {
    files: { ...HELLO, "x.go": 'package main\n\nimport _ "example.com/missing"\n' },
    args: [],
  },
  "a syntax error": { files: { ...HELLO, "x.go": "package main\n\nfunc {\n" }, args: [] },
  "type errors": {
    files: { ...HELLO, "x.go": "package main\n\nvar a int = true\n\nvar b string = 1\n" },
    args: ["-o", "x"],
  },
  "an error in one of several packages": {
    files: { ...SEVERAL, "library/x.go": "package library\n\nvar a int = true\n" },
    args: ["./..."],
  },
  "an error with -v": { files: { ...HELLO, "x.go": "package main\n\nvar a int = true\n" }, args: ["-v"] },
  "an error that only the linker sees": {
    files: { ...HELLO, "x.go": "package main\n\nfunc missing()\n\nfunc init() { missing() }\n", "x.s": "" },
    args: [],
  },
  // The linker takes its own next argument for the output's name.
  "-ldflags -o": { files: HELLO, args: ["-ldflags", "-o"], litter: true },
  "-ldflags -o with an -o": { files: HELLO, args: ["-ldflags", "-o", "-o", "x"], litter: true },
  "an unknown flag": { files: HELLO, args: ["-frobnicate", "."] },
  "a flag without its value": { files: HELLO, args: ["-o"] },
  "a bad value": { files: HELLO, args: ["-x=maybe"] },
  "a bad number": { files: HELLO, args: ["-p", "many"] },
  "a bad flag": { files: HELLO, args: ["---x"] },
  "-C that is not first": { files: HELLO, args: ["-v", "-C", "."] },
  "-C to a folder that does not exist": { files: HELLO, args: ["-C", "missing"] },
  "an unknown flag in GOFLAGS": { files: HELLO, args: [], env: { GOFLAGS: "-frobnicate" } },
  "a quote that is not closed in GOFLAGS": { files: HELLO, args: [], env: { GOFLAGS: "'-v" } },
  "no Go files": { files: goMod("example.com/empty"), args: [] },
  "no module": { files: { "main.go": "package main\n\nfunc main() {}\n" }, args: [] },
  "a program that build tags exclude": { files: HELLO, args: ["-tags", "none", "./nothing"] },
};

const FLAGS: Rows = {
  "-v": { files: HELLO, args: ["-v"] },
  "-ldflags with spaces and quotes": {
    files: HELLO,
    args: ["-ldflags", "-s -w -X 'main.greeting=good day'"],
  },
  "-tags": {
    files: {
      ...HELLO,
      "tagged.go": '//go:build special\n\npackage main\n\nfunc init() { greeting = "special" }\n',
    },
    args: ["-tags", "special", "."],
  },
  "-trimpath": { files: HELLO, args: ["-trimpath"] },
  "-cover": { files: HELLO, args: ["-cover"] },
  "-pgo of a profile": { files: { ...HELLO, "cpu.pgo": "" }, args: ["-pgo", "cpu.pgo"] },
  "-buildmode=pie": { files: HELLO, args: ["-buildmode=pie"] },
  "-mod=vendor": {
    files: {
      "go.mod": "module example.com/hello\n\ngo 1.20\n\nrequire example.com/dep v1.0.0\n",
      "vendor/modules.txt": "# example.com/dep v1.0.0\n## explicit\nexample.com/dep\n",
      "vendor/example.com/dep/dep.go": 'package dep\n\nconst Name = "vendored"\n',
      ...program(""),
      "use.go": 'package main\n\nimport "example.com/dep"\n\nfunc init() { greeting = dep.Name }\n',
    },
    args: ["-mod=vendor"],
  },
  "a workspace": {
    files: {
      "go.work": "go 1.20\n\nuse ./a\nuse ./b\n",
      "a/go.mod": "module example.com/a\n\ngo 1.20\n",
      "b/go.mod": "module example.com/b\n\ngo 1.20\n",
      "b/b.go": 'package b\n\nconst Name = "workspace"\n',
      ...program("a"),
      "a/use.go": 'package main\n\nimport "example.com/b"\n\nfunc init() { greeting = b.Name }\n',
    },
    args: ["./a"],
  },
  "GO111MODULE=off": {
    files: program(""),
    args: ["-o", "x", "main.go", "v1.go", "v2.go", "v3.go", "v4.go"],
    env: { GO111MODULE: "off" },
  },
};

const CGO: Rows = {
  "a cgo program": {
    files: {
      ...HELLO,
      "c.go":
        'package main\n\n// static int two(void) { return 2; }\nimport "C"\n\n' +
        'func init() { if C.two() == 2 { greeting = "cgo" } }\n',
    },
    args: [],
    env: { CGO_ENABLED: "1" },
  },
  "a C warning": {
    files: { ...HELLO, "c.go": 'package main\n\n// #warning "mind the step"\nimport "C"\n' },
    args: [],
    env: { CGO_ENABLED: "1" },
  },
  "a C error": {
    files: {
      ...HELLO,
      "c.go": 'package main\n\n// static int two(void) { return nothing; }\nimport "C"\n\nvar _ = C.two()\n',
    },
    args: [],
    env: { CGO_ENABLED: "1" },
  },
  "-race": { files: HELLO, args: ["-race"], env: { CGO_ENABLED: "1" } },
};

beforeAll(() => {
  // Go prints the names of packages of the standard library with -v when it has not compiled them before.
  const workspace = makeWorkspace(HELLO);
  run(workspace, [...MGO, "-o", "/dev/null"]);
});

describe.each([
  ["names of outputs", NAMING],
  ["packages and what is overwritten", PACKAGES],
  ["errors", ERRORS],
  ["flags", FLAGS],
])("%s", (_, rows) => {
  test.each(Object.entries(rows))("%s", (_name, row) => check(row));
});

const MOUNT = ["unshare", "-rm", "sh", "-c", 'mount --bind x x && exec "$@"', "sh"];

// Nothing can be renamed onto a mount, so Go writes in place.
test.skipIf(Bun.spawnSync(["unshare", "-rm", "true"]).exitCode !== 0)("-o of a file that is a mount", () => {
  check({ files: HELLO, args: ["-o", "x"], prepare: [["cp", "/bin/true", "x"]], wrapper: MOUNT });
});

describe.skipIf(findProgram("gcc", process.env, { cwd: "/" }) === undefined)(
  "programs that need a C compiler",
  () => {
    test.each(Object.entries(CGO))("%s", (_name, row) => check(row));
  },
);

/** Two levels have all that can differ from one build. */
const MGOFLAGS = "-mgo.compress=fast -mgo.levels=v1,v3";

function check(row: Case): void {
  const { go, mgo, workspace } = runBoth({ ...row, env: { MGOFLAGS, ...row.env } });
  expect(mgo).toEqual(go);
  expect([...new Bun.Glob("**").scanSync({ cwd: workspace.temporary, dot: true })]).toEqual([]);
}
