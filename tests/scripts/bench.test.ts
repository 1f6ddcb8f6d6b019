import { expect, test } from "bun:test";
import { takeTurns } from "../../scripts/bench/schedule.ts";
import { differences, spread } from "../../scripts/bench/statistics.ts";

for (const [count, rounds] of [
  [2, 2],
  [3, 6],
  [8, 8],
  [9, 18],
] as const) {
  test(`${count} things that take turns come after each other equally often within ${rounds} rounds`, () => {
    const pairs = new Map<string, number>();
    for (const order of takeTurns(count, rounds)) {
      expect(order.toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
      for (const [place, item] of order.slice(1).entries()) {
        const pair = `${order[place]} ${item}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
    expect(pairs.size).toBe(count * (count - 1));
    expect(new Set(pairs.values()).size).toBe(1);
  });
}

test("a spread has the median and the quartiles, between two numbers where none is in the middle", () => {
  expect(spread([4, 1, 3, 2, 5])).toEqual({ median: 3, low: 2, high: 4 });
  expect(spread([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
});

test("differences are those of the same round, and rounds must match", () => {
  expect(differences([5, 7], [4, 5])).toEqual([1, 2]);
  expect(() => differences([5], [])).toThrow("rounds");
});
