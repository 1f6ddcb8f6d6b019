import { expect, test } from "bun:test";
import { takeTurns } from "../../src/bench/schedule.ts";

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
