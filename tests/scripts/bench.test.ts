import { expect, test } from "bun:test";
import { differences, spread } from "../../scripts/bench/statistics.ts";

test("a spread has the median and the quartiles, between two numbers where none is in the middle", () => {
  expect(spread([4, 1, 3, 2, 5])).toEqual({ median: 3, low: 2, high: 4 });
  expect(spread([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
});

test("differences are those of the same round, and rounds must match", () => {
  expect(differences([5, 7], [4, 5])).toEqual([1, 2]);
  expect(() => differences([5], [])).toThrow("rounds");
});
