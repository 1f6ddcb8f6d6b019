/** Figures from repeated measurements. */
import type { Spread } from "./figures.ts";

export function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** Returns by how much each number exceeds its partner in the same round. */
export function differences(numbers: readonly number[], partners: readonly number[]): readonly number[] {
  if (numbers.length !== partners.length) throw new Error("rounds of different lengths");
  return numbers.map((number, round) => number - (partners[round] ?? Number.NaN));
}

/** Interpolates between two neighbours. NaN without numbers. */
function quantile(sorted: readonly number[], part: number): number {
  const place = part * (sorted.length - 1);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}
