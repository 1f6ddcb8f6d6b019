/** A table without statistics, for where benchstat is unavailable. */
import type { Level } from "../levels/level.ts";
import { formatDelta, formatTime } from "../system/figures.ts";
import { formatTable } from "../system/text.ts";
import type { Benchmark, Results } from "./results.ts";

/** A benchmark's medians, in seconds, by level. */
export interface Medians extends Benchmark {
  readonly medians: ReadonlyMap<Level, number>;
}

export function mediansOf(results: Results): readonly Medians[] {
  return results.compared.map((benchmark) => ({
    ...benchmark,
    medians: new Map(
      results.levels.map((level): [Level, number] => [
        level,
        median(results.timesOf(level, benchmark)) / 1e9,
      ]),
    ),
  }));
}

export function renderMedians(results: Results): readonly string[] {
  const [base, ...others] = results.levels;
  if (base === undefined) return [];
  const rows = mediansOf(results).map(({ pkg, name, medians }) => {
    const first = medians.get(base) ?? Number.NaN;
    const deltas = others.map((level) => formatDelta((medians.get(level) ?? Number.NaN) / first - 1));
    return [pkg === "" ? name : `${pkg} ${name}`, formatTime(first), ...deltas];
  });
  return formatTable([["", `${base} sec/op`, ...others], ...rows]);
}

/** The median; NaN if there are no numbers. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(half)], sorted[Math.ceil(half)]];
  return (low + high) / 2;
}
