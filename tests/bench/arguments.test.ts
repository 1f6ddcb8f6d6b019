import { describe, expect, test } from "bun:test";
import { readArguments } from "../../src/bench/arguments.ts";
import { readBenchTime } from "../../src/bench/command.ts";
import { flagsOf } from "../../src/go/flag-table.ts";

function read(args: readonly string[]) {
  const parsed = readArguments(args);
  if (parsed === "help") throw new Error("help");
  return parsed;
}

describe("arguments", () => {
  test("are go test's, but for mgo's own, which may stand anywhere among them", () => {
    const parsed = read(
      [
        "-C",
        "dir",
        "-json",
        "./a",
        "-run",
        "-json",
        "--html=x.html",
        "-test.count=3",
        "-mgo.levels",
        "v1,v3",
      ].concat(["-tags=a,b", "./b", "-mine", "-args", "-json", "-html"]),
    );
    expect(parsed.words).toEqual([
      "-C",
      "dir",
      "./a",
      "-run",
      "-json",
      "-tags=a,b",
      "./b",
      "-mine",
      "-args",
      "-json",
      "-html",
    ]);
    expect(parsed).toMatchObject({ html: "x.html", json: true, rounds: 3, exec: undefined });
    expect(parsed.mgo).toEqual([{ name: "mgo.levels", value: "v1,v3", words: ["-mgo.levels", "v1,v3"] }]);
    expect(Object.fromEntries(parsed.flags)).toEqual({ C: "dir", run: "-json", tags: "a,b" });
    expect(parsed.operands).toEqual(["./a", "./b"]);
    expect(parsed.unknown).toEqual(["-mine"]);
  });

  test("ask for help as go test's do, but not in a value or behind -args", () => {
    expect(readArguments(["./a", "-h"])).toBe("help");
    expect(readArguments(["--help"])).toBe("help");
    expect(read(["-bench", "-h", "-args", "-help"]).flags.get("bench")).toBe("-h");
  });

  const refused = [...flagsOf("test").values()].filter(({ benchRefusal }) => benchRefusal !== undefined);

  test.each(refused.map(({ name }) => [name]))("-%s is refused with a reason", (name) => {
    expect(() => read([`-${name}=x`])).toThrow(`bench: -${name}: `);
    expect(() => read([`-test.${name}=x`])).toThrow(`bench: -${name}: `);
  });

  test.each([
    [["-count=0"], "-count=0"],
    [["-count", "x"], "-count=x"],
    [["-bench"], "-bench needs a value"],
    [["-mgo.levels"], "-mgo.levels needs a value"],
  ] as const)("%p are refused", (args, message) => {
    expect(() => read(args)).toThrow(message);
  });

  test("there are ten rounds by default", () => {
    expect(read([]).rounds).toBe(10);
  });
});

test("-benchtime is read as Go does", () => {
  expect(readBenchTime("1m2.5s")).toEqual({ seconds: 62.5 });
  expect(readBenchTime("300ms")).toEqual({ seconds: 0.3 });
  expect(readBenchTime("20x")).toEqual({ times: 20 });
  for (const bad of ["", "0s", "0x", "5", "1y", "s", "-1s"]) {
    expect(() => readBenchTime(bad)).toThrow(`-benchtime=${bad}`);
  }
});
