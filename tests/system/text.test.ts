/** Texts laid out for a terminal. */
import { expect, test } from "bun:test";
import { formatTable, wrapText } from "../../src/system/text.ts";

test("a text is wrapped at spaces, and indented by its prefix", () => {
  expect(wrapText("one two three four", "hint: ", 13)).toEqual([
    "hint: one two",
    "      three",
    "      four",
  ]);
});

test("a text that fits stays as it is, its spaces too", () => {
  expect(wrapText("a  b", "mgo: ", 9)).toEqual(["mgo: a  b"]);
});

test("a word longer than a line stays whole, and so do words that no-break spaces join", () => {
  expect(wrapText("see https://go.dev/dl/ first", "", 12)).toEqual(["see", "https://go.dev/dl/", "first"]);
  expect(wrapText("a -o\u00a0FILE", "", 8)).toEqual(["a", "-o FILE"]);
});

test("lines and columns are measured as terminals show them", () => {
  expect(wrapText("語語 語語", "", 8)).toEqual(["語語", "語語"]);
  expect(
    formatTable(
      [
        ["語", "1", "x"],
        ["abc", "22", ""],
      ],
      "lr",
    ),
  ).toEqual(["  語    1  x", "  abc  22"]);
});
