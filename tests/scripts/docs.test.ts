/** Pages and pictures that scripts write. */
import { expect, test } from "bun:test";
import { fillFigures, readReport } from "../../scripts/docs/figures.ts";
import { generatedPages } from "../../scripts/docs/pages.ts";
import { readScreen } from "../../scripts/docs/screen.ts";
import { generatedPage } from "../../scripts/tidy/generated.ts";

const report = readReport();

test("a block of figures is replaced, and what is around it stays", () => {
  const page = "a\n<!-- figures: short -->\nold\n<!-- end -->\nb <!-- end -->\n";
  const filled = fillFigures(page, report);
  expect(filled).toMatch(
    /^a\n<!-- figures: short -->\n\| program .*\n\| [\s\S]*\n<!-- end -->\nb <!-- end -->\n$/,
  );
  expect(filled).not.toContain("old");
  expect(fillFigures(filled, report)).toBe(filled);
});

test("a block of a name that there is not is refused", () => {
  const page = "<!-- figures: long -->\n\n<!-- end -->\n";
  expect(() => fillFigures(page, report)).toThrow("no block of figures is called long");
});

test("lint finds a generated page that was changed", () => {
  const sources = [...generatedPages()].map(([path, text]) => ({ path, text, generated: false }));
  expect(generatedPage(sources)).toEqual([]);
  const changed = sources.map((source) => ({ ...source, text: source.text.replace("GOAMD64=", "GOAMD63=") }));
  expect(generatedPage(changed).map(({ path }) => path)).toContain("docs/reference.md");
});

const plain = (text: string) => [{ text, colour: undefined, bold: false }];

test("a screen has what was drawn last", () => {
  const erase = "\u001b[2K\u001b[1A\u001b[2K\u001b[G";
  expect(readScreen(`v1 waits\r\nv2 waits${erase}v1 \u001b[32mdone\u001b[0m\r\n\u001b[?25h`)).toEqual([
    [
      { text: "v1 ", colour: undefined, bold: false },
      { text: "done", colour: 2, bold: false },
    ],
  ]);
  expect(readScreen("abc\rx\r\n")).toEqual([plain("xbc")]);
  expect(readScreen("a\r\n\r\nb")).toEqual([plain("a"), [], plain("b")]);
  expect(readScreen("a\r\nb\u001b[1A\u001b[3Gc")).toEqual([plain("a c"), plain("b")]);
});
