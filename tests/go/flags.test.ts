import { describe, expect, test } from "bun:test";
import { type Arity, arityOf } from "../../src/go/flag-entry.ts";
import { flagsOf, type GoCommand } from "../../src/go/flag-table.ts";
import {
  type Arguments,
  lastValue,
  parseArguments,
  parseFlagWords,
  writesFiles,
} from "../../src/go/flags.ts";
import { mgoArity } from "../../src/pipeline/flags.ts";

const COMMANDS: readonly GoCommand[] = ["build", "install", "run", "test"];

/** The flags that a page of Go's help documents, with -o of its usage line. */
function documentedFlags(topic: string): Map<string, Arity> {
  const help = Bun.spawnSync(["go", "help", topic], { stdout: "pipe" }).stdout.toString();
  const flags = new Map<string, Arity>();
  for (const [, name, value] of help.matchAll(/^\t-([A-Za-z-]+)(?: (\S.*))?$/gm)) {
    if (name !== undefined) flags.set(name, value === undefined ? "bool" : "value");
  }
  if (/^usage: go \w+ \[-o output\]/m.test(help)) flags.set("o", "value");
  return flags;
}

/** How a command of Go takes a flag that stands alone; undefined for one that it does not have. */
function askGo(command: GoCommand, name: string): Arity | undefined {
  const { stderr } = Bun.spawnSync(["go", command, `-${name}`], {
    stderr: "pipe",
    // There is no module, so nothing is built.
    cwd: "/",
    env: { ...process.env, GOFLAGS: "-n" },
  });
  if (stderr.includes(`flag provided but not defined: -${name}\n`)) return undefined;
  return stderr.includes(`flag needs an argument: -${name}\n`) ? "value" : "bool";
}

function words(args: readonly string[]) {
  const known = flagsOf("build");
  const parsed = parseArguments(args, (name) => {
    const row = known.get(name);
    if (name.startsWith("mgo.")) return mgoArity(name);
    return row && arityOf(row);
  });
  if (parsed.kind !== "arguments") return parsed.kind;
  const show = (flags: Arguments["flags"]) => flags.map(({ name, value }) => `${name}=${value}`);
  return { flags: show(parsed.flags), mgo: show(parsed.mgo), packages: parsed.packages };
}

describe("the table of Go's flags", () => {
  test.each([
    ["build", "build", 30],
    ["install", "build", 30],
    ["run", "build", 30],
    ["test", "build", 30],
    ["test", "test", 4],
    ["test", "testflag", 30],
  ] as const)("has for go %s what go help %s documents", (command, topic, count) => {
    const documented = documentedFlags(topic);
    if (command === "install" || command === "run") documented.delete("o");
    // It ends the flags.
    documented.delete("args");
    expect(documented.size).toBeGreaterThanOrEqual(count);
    const table = flagsOf(command);
    const known = [...table.values()].filter(({ name }) => documented.has(name));
    expect(new Map(known.map((row) => [row.name, arityOf(row)]))).toEqual(documented);
  });

  test.each(COMMANDS.map((command) => [command]))("has for go %s what go takes, and no more", (command) => {
    const table = flagsOf(command);
    // Flags that go test does not have are for the program that it builds.
    const names = new Set(COMMANDS.flatMap((each) => [...flagsOf(each).keys()]));
    const expected = [...names].map((name) => [name, askGo(command, name)]);
    expect(
      [...names].map((name) => {
        const row = table.get(name);
        return [name, row && arityOf(row)];
      }),
    ).toEqual(expected);
  });
});

describe("arguments are read as Go's flag package reads them", () => {
  test.each([
    [["-o", "x", "."], ["o=x"], ["."]],
    [["-o=x", "."], ["o=x"], ["."]],
    [["--o", "x", "."], ["o=x"], ["."]],
    [["--o=x"], ["o=x"], []],
    [["-o="], ["o="], []],
    [["-x", "-v=false", "."], ["x=true", "v=false"], ["."]],
    [["-ldflags", "-o", "-o", "y"], ["ldflags=-o", "o=y"], []],
    [["-ldflags", "-X 'main.a=b c'", "."], ["ldflags=-X 'main.a=b c'"], ["."]],
    [["-ldflags=-X=a=b"], ["ldflags=-X=a=b"], []],
    [[".", "-o", "x"], [], [".", "-o", "x"]],
    [["-v", "--", "-x"], ["v=true"], ["--", "-x"]],
    [["-v", "-", "-x"], ["v=true"], ["-", "-x"]],
    [["-C", "dir", "-o", "x"], ["C=dir", "o=x"], []],
    [["-buildvcs=auto", "-buildvcs"], ["buildvcs=auto", "buildvcs=true"], []],
  ])("%j", (args, flags, packages) => {
    expect(words(args)).toEqual({ flags, mgo: [], packages });
  });

  test.each([
    [["-x=maybe"], "refused"],
    [["-o"], "refused"],
    [["---o", "x"], "refused"],
    [["-=x"], "refused"],
    [["-v", "-C", "dir"], "refused"],
    [["-h"], "help"],
    [["-v", "--help"], "help"],
    [["-frobnicate"], "unknown"],
    [["-mgo.levels"], "valueless"],
  ] as const)("%j is %s", (args, kind) => {
    expect(words(args)).toBe(kind);
  });

  test("mgo's own flags are taken out wherever they stand among the flags", () => {
    expect(
      words(["-mgo.levels=v1", "-C", "d", "--mgo.jobs", "2", "-v", "-ldflags", "-mgo.base=v1", "."]),
    ).toEqual({
      flags: ["C=d", "v=true", "ldflags=-mgo.base=v1"],
      mgo: ["mgo.levels=v1", "mgo.jobs=2"],
      packages: ["."],
    });
  });

  test("mgo's switches stand alone or carry a value, and take no argument", () => {
    expect(
      words(["-mgo.cgo-march", "-mgo.jobs", "2", "--mgo.cgo-march=false", "-mgo.cgo-march", "."]),
    ).toEqual({
      flags: [],
      mgo: ["mgo.cgo-march=true", "mgo.jobs=2", "mgo.cgo-march=false", "mgo.cgo-march=true"],
      packages: ["."],
    });
  });

  test("the last of several values counts", () => {
    expect(lastValue(parseFlagWords(["-o=a", "--o=b", "-v"]), "o")).toBe("b");
  });
});

describe("files that tools write beside the output are known", () => {
  const isKnown = (words: readonly string[], env = {}): boolean => writesFiles(parseFlagWords(words), env);

  test.each([
    "-debug-trace=t.json",
    "-ldflags=-tmpdir=t",
    "--ldflags=-s -w --tmpdir t",
    "-ldflags=-linkmode=external -extldflags=-Wl,-Map=out.map",
    "-ldflags=-linkmode=external '-extldflags=-static -Xlinker -Map -Xlinker x'",
    "-ldflags=-cpuprofile=cpu",
    "-ldflags=example.com/p=-fipso=f",
    "-gcflags=-json=0,/tmp/d",
    "-gcflags=all=-m -memprofile=m",
  ])("%s", (word) => {
    expect(isKnown([word])).toBe(true);
  });

  test.each([
    "-ldflags=-s -w -X main.tmpdir=t",
    "-ldflags=-memprofilerate=1",
    "-gcflags=-m -d=ssa/check_bce",
    "-debug-trace=",
    "-tags=Map",
    "-o=x",
  ])("%s names none", (word) => {
    expect(isKnown([word], { CGO_CFLAGS: "-O2 -MD", GOSSAFUNC: "" })).toBe(false);
  });

  test.each([
    ["CGO_LDFLAGS", "-Wl,-Map=m"],
    ["CGO_CFLAGS", "-O2 -save-temps"],
    ["CC", "gcc -save-temps=cwd"],
    ["GOSSAFUNC", "main"],
  ])("%s=%s", (name, value) => {
    expect(isKnown([], { [name]: value })).toBe(true);
  });
});
