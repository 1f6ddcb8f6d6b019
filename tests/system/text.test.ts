/** How mgo's texts fit a terminal. */
import { expect, test } from "bun:test";
import { foldLine } from "../../src/system/text.ts";

test("a line is broken at blanks, and goes on below its text", () => {
  expect(foldLine("hint: one two three four", 13, 6)).toBe("hint: one two\n      three\n      four");
});

test("a line that fits stays as it is, its blanks too", () => {
  expect(foldLine("mgo: a  b", 9, 5)).toBe("mgo: a  b");
});

test("a word longer than a line keeps together", () => {
  expect(foldLine("hint: see https://go.dev/dl/ first", 12, 6)).toBe(
    "hint: see\n      https://go.dev/dl/\n      first",
  );
});
