import { expect, test } from "bun:test";
import { parseVersion } from "../../src/go/env.ts";
import { defaultName } from "../../src/go/name.ts";
import { quoteWord, splitQuoted } from "../../src/go/quoted.ts";

test.each([
  ["", []],
  ["  -a\t-b\n", ["-a", "-b"]],
  [`'-ldflags=-s -w' "-tags=a b"`, ["-ldflags=-s -w", "-tags=a b"]],
  [`-ldflags='-s -w'`, ["-ldflags='-s", "-w'"]],
  [`''`, [""]],
])("splitQuoted splits %j as Go does", (text, words) => {
  expect(splitQuoted(text)).toEqual(words);
});

test("splitQuoted refuses a quote that is not closed", () => {
  expect(splitQuoted("-a 'b")).toBeUndefined();
});

test.each([
  ["go1.26.8", 1, 26],
  ["go1.27-devel_4c2f7b1 Mon Jan 5", 1, 27],
  ["devel go1.27-4c2f7b1 Mon Jan 5 X:rangefunc", 1, 27],
  ["go1.21rc2", 1, 21],
  ["go2.0", 2, 0],
])("parseVersion reads %s", (text, major, minor) => {
  expect(parseVersion(text)).toEqual({ major, minor });
});

test("parseVersion finds no number in a version without one", () => {
  expect(parseVersion("devel +4c2f7b1")).toBeUndefined();
});

test.each([
  ["example.com/hello", [], true, "hello"],
  ["example.com/hello/v2", [], true, "hello"],
  ["example.com/hello/v2", [], false, "v2"],
  ["example.com/hello/v1", [], true, "v1"],
  ["example.com/hello/v02", [], true, "v02"],
  ["example.com/hello/v10", [], true, "hello"],
  ["v2", [], true, "v2"],
  ["hello", [], true, "hello"],
  ["gopkg.in/tool.v3", [], true, "tool.v3"],
  ["command-line-arguments", ["first.go", "second.go"], true, "first"],
])("the default name of %s %j (modules: %p) is %s", (importPath, goFiles, modules, name) => {
  expect(defaultName({ importPath, goFiles, cgoFiles: [] }, modules)).toBe(name);
});

test("the default name of a cgo program given as files is its first cgo file's", () => {
  const pkg = {
    importPath: "command-line-arguments",
    goFiles: [],
    cgoFiles: ["c.go"],
  };
  expect(defaultName(pkg, true)).toBe("c");
});

test.each([
  ["a", "a"],
  ["a=b'c", "a=b'c"],
  ["a b", "'a b'"],
  ["", "''"],
  ["it's so", '"it\'s so"'],
  ["'\"", undefined],
])("the word %p is written %p, and read back", (word, written) => {
  expect(quoteWord(word)).toBe(written);
  if (written !== undefined) expect(splitQuoted(`x ${written} y`)).toEqual(["x", word, "y"]);
});
