import { describe, expect, test } from "bun:test";
import { type Arity, GO_BUILD_FLAGS, lastValue, parseArguments, parseFlagWords } from "../../src/go/flags.ts";

/** The flags that `go help build` documents, with -o of its usage line. */
function documentedFlags(): ReadonlyMap<string, Arity> {
  const help = Bun.spawnSync(["go", "help", "build"], { stdout: "pipe" }).stdout.toString();
  const flags = new Map<string, Arity>();
  for (const [, name, value] of help.matchAll(/^\t-([A-Za-z-]+)(?: (.+))?$/gm)) {
    if (name !== undefined) flags.set(name, value === undefined ? "bool" : "value");
  }
  const usage = /^usage: go build \[-(\w+) \w+\]/m.exec(help);
  if (usage?.[1] !== undefined) flags.set(usage[1], "value");
  return flags;
}

function words(args: readonly string[]) {
  const parsed = parseArguments(args);
  if (parsed.kind !== "arguments") return parsed.kind;
  const show = (flags: typeof parsed.flags) => flags.map(({ name, value }) => `${name}=${value}`);
  return { flags: show(parsed.flags), mgo: show(parsed.mgo), packages: parsed.packages };
}

describe("the table of flags", () => {
  test("has every flag that go help build documents, with its arity", () => {
    const documented = documentedFlags();
    expect(documented.size).toBeGreaterThan(25);
    const table = [...documented.keys()].map((name) => [name, GO_BUILD_FLAGS.get(name)]);
    expect(table).toEqual([...documented]);
  });

  test("has no flag that go build does not know", () => {
    for (const [name, arity] of GO_BUILD_FLAGS) {
      const { stderr } = Bun.spawnSync(["go", "build", `-${name}`], {
        stderr: "pipe",
        cwd: "/",
        env: { ...process.env, GOFLAGS: "-n" },
      });
      expect(stderr.toString()).not.toContain("not defined");
      expect([name, stderr.toString().includes(`flag needs an argument: -${name}`)]).toEqual([
        name,
        arity === "value",
      ]);
    }
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
