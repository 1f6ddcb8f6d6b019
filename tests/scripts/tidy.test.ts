import { describe, expect, test } from "bun:test";
import { deadFile, importDirection } from "../../scripts/tidy/imports.ts";
import { emptyFile, fileLength, functionLength, lineLength } from "../../scripts/tidy/lengths.ts";
import { linkAmong } from "../../scripts/tidy/links.ts";
import { pageLink } from "../../scripts/tidy/pages.ts";
import { commentOpening, titleOpening } from "../../scripts/tidy/prose.ts";
import type { Rule } from "../../scripts/tidy/source.ts";

type Files = Readonly<Record<string, string>>;

/** Applies a rule to files given by path, and returns `path:line` of each offence. */
function offencesOf(rule: Rule, files: Files, generated = false): readonly string[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text, generated }));
  return rule(sources).map(({ path, line }) => (line === undefined ? path : `${path}:${line}`));
}

const link: Rule = (sources) => linkAmong(sources.map(({ path }) => path))(sources);

const wide = (columns: number): string => `// ${"word ".repeat(columns)}`.slice(0, columns - 1).concat(".");
const lines = (count: number): string => "a;\n".repeat(count);
const body = (count: number): string => `fn f() void {\n${"    g();\n".repeat(count)}}\n`;

const BROKEN: readonly (readonly [string, Rule, Files, string])[] = [
  ["a line of 111 columns", lineLength, { "src/go/a.ts": `\n${wide(111)}` }, "src/go/a.ts:2"],
  ["a line of 121 columns in Zig", lineLength, { "engine/a.zig": wide(121) }, "engine/a.zig:1"],
  ["a file of 301 lines", fileLength, { "src/go/a.ts": lines(301) }, "src/go/a.ts"],
  ["a test of 401 lines", fileLength, { "engine/a_test.zig": lines(401) }, "engine/a_test.zig"],
  ["a function of 61 lines", functionLength, { "engine/a.zig": `\n${body(59)}` }, "engine/a.zig:2"],
  ["a file of blank lines", emptyFile, { "docs/a.md": "\n \n" }, "docs/a.md"],
  [
    "an import of a room on the left",
    importDirection,
    { "src/go/a.ts": 'import {\n  b,\n} from "../cli/b.ts";' },
    "src/go/a.ts:3",
  ],
  [
    "an import of a type from a neighbour",
    importDirection,
    { "src/page/a.ts": 'import type { B } from "../pipeline/b.ts";' },
    "src/page/a.ts:1",
  ],
  [
    "an import of a test",
    importDirection,
    { "src/go/a.ts": 'await import("../../tests/support/b.ts");' },
    "src/go/a.ts:1",
  ],
  ["a module that nothing imports", deadFile, { "src/go/a.ts": 'import "./a.test.ts";' }, "src/go/a.ts"],
  ["Zig that nothing imports", deadFile, { "build.zig": "", "engine/a.zig": "" }, "engine/a.zig"],
  [
    "a comment that opens with Of",
    commentOpening,
    { "src/go/a.ts": "/** Of all levels. */" },
    "src/go/a.ts:1",
  ],
  ["a comment that opens with What", commentOpening, { "build.zig": "x;\n//! What it is." }, "build.zig:2"],
  [
    "a paragraph that opens with Whoever",
    commentOpening,
    { "src/go/a.ts": "/**\n * Reads.\n *\n * Whoever reads.\n */" },
    "src/go/a.ts:4",
  ],
  ["a title that opens with that", titleOpening, { "a.test.ts": 'test("that it is", f);' }, "a.test.ts:1"],
  [
    "a title on a line of its own",
    titleOpening,
    { "a.test.ts": 'test.skipIf(\n  x,\n)(\n  "where x is",\n  f,\n);' },
    "a.test.ts:4",
  ],
  ["a title after a table", titleOpening, { "a.test.ts": 'test.each([\n])("of %s", f);' }, "a.test.ts:2"],
  ["a title in Zig", titleOpening, { "a_test.zig": 'test "whose end is cut" {' }, "a_test.zig:1"],
  ["a page without a link", pageLink, { "README.md": "[a](a.md)", "docs/a.md": "" }, "docs/a.md"],
  ["a link to no file", link, { "docs/a.md": "\n[b](b.md)" }, "docs/a.md:2"],
  ["a link to no folder", link, { "docs/a.md": "[b](../examples/b)" }, "docs/a.md:1"],
  [
    "a link to no heading",
    link,
    { "docs/a.md": "[b](../b.md#c-d)", "b.md": "# C\n```\n# C d\n```" },
    "docs/a.md:1",
  ],
];

const KEPT: readonly (readonly [string, Rule, Files])[] = [
  ["lines of 110 and 120 columns", lineLength, { "src/go/a.ts": wide(110), "engine/a.zig": wide(120) }],
  ["a line that cannot be broken", lineLength, { "src/go/a.ts": `  "${"a".repeat(120)}",` }],
  ["files of 300 and 400 lines", fileLength, { "src/go/a.ts": lines(300), "tests/a.ts": lines(400) }],
  ["a function of 60 lines", functionLength, { "engine/a.zig": `${body(58)}${body(58)}` }],
  [
    "imports of the same room, of one on the right and of products",
    importDirection,
    {
      "src/bench/a.ts":
        'import "./b.ts";\nimport "../pipeline/c.ts";\nimport "../../zig-out/bin/d";\nimport "../../e.json";',
    },
  ],
  [
    "modules that are imported or started",
    deadFile,
    { "src/go/a.test.ts": 'import("./a.ts");', "src/go/a.ts": "", "scripts/b.ts": "", "build.zig": "" },
  ],
  ["a line that only goes on", commentOpening, { "src/go/a.ts": "// Reads the levels\n// of a bundle." }],
  ["a title with a subject", titleOpening, { "a.test.ts": 'test("a level that is", f);' }],
  ["linked pages", pageLink, { "docs/README.md": "[a](a.md#b)", "docs/a.md": "" }],
  [
    "links to files, folders and headings",
    link,
    {
      "docs/a.md": "[b](../b.md#c-and-d-1) [e](../src/e/) [f](https://f.g/h#i) [a](#j)\n# J",
      "b.md": "# C, and `d`\n## C and D?",
      "src/e/f.ts": "",
    },
  ],
];

describe("the tidy check", () => {
  test.each(BROKEN)("finds %s", (_, rule, files, offence) => {
    expect(offencesOf(rule, files)).toEqual([offence]);
  });

  test.each(KEPT)("accepts %s", (_, rule, files) => {
    expect(offencesOf(rule, files)).toEqual([]);
  });

  test.each([lineLength, fileLength, functionLength, commentOpening])(
    "leaves generated files alone",
    (rule) => {
      const text = `/** Of all. */\n${wide(130)}\n${lines(400)}`;
      expect(offencesOf(rule, { "src/engine/a.ts": text, "engine/a.zig": text + body(80) }, true)).toEqual(
        [],
      );
    },
  );
});
