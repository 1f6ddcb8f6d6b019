/**
 * Judges which levels gain anything, and which are worth building.
 *
 * A level differs from another if the 95 % confidence interval of the change of the geometric mean lies on
 * one side of zero. With p < 0.05, one benchmark in twenty differs by chance: so one of the level's
 * benchmarks must also pass Holm's correction for their number (Holm 1979, "A Simple Sequentially Rejective
 * Multiple Test Procedure"), where the smallest of M probabilities must be below 0.05 / M.
 *
 * A level is as fast as another if the whole interval is close to zero. All else cannot be told.
 */
import type { Level } from "../levels/level.ts";
import type { Cell, Comparison } from "./comparison.ts";

const ALPHA = 0.05;

/** A change of the mean below half a percent is no gain. */
const SLIGHT = 0.005;

/** An interval that reaches further than 5 % from zero may hide a gain that matters. */
export const HIDDEN_MAX = 0.05;

/** benchstat rounds confidence intervals to whole percents. */
const ROUNDING = 0.005;

/** Bounds of a relative change: from -0.12, which is 12 % less, to 0.03. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One level against another. */
export interface LevelVerdict {
  readonly level: Level;
  readonly against: Level;
  /** The change of the geometric mean of times: -0.12 is 12 % less. NaN if a time is zero. */
  readonly change: number;
  /** The 95 % confidence interval of `change`; undefined if a median has none. */
  readonly interval: Interval | undefined;
  /** Benchmarks that differ significantly, each by itself. */
  readonly faster: number;
  readonly slower: number;
  readonly total: number;
  readonly kind: "faster" | "slower" | "mixed" | "same" | "unclear";
}

export interface Verdict {
  /** Each level against the lowest. */
  readonly levels: readonly LevelVerdict[];
  /** Each level against the highest one below it that is worth building. */
  readonly steps: readonly LevelVerdict[];
  /** The levels that are worth building: the lowest, and each that is faster than those below it. */
  readonly worth: readonly Level[];
}

/** @param level one that is not the comparison's base */
export function judgeLevel(comparison: Comparison, level: Level): LevelVerdict {
  const { base, rows, geomean } = comparison;
  const interval = intervalOf(comparison, level);
  const cells = rows.flatMap((row) => row.cells.get(level) ?? []);
  const differing = cells.filter(({ isSignificant }) => isSignificant);
  const faster = differing.filter(({ delta }) => delta < 0).length;
  const slower = differing.length - faster;
  const change = geomean.get(level)?.delta ?? Number.NaN;
  return {
    level,
    against: base,
    change,
    interval,
    faster,
    slower,
    total: cells.length,
    kind: kindOf(surely(cells), change, interval),
  };
}

interface Signs {
  readonly isFaster: boolean;
  readonly isSlower: boolean;
}

/** Applies the correction. benchstat prints three digits: 0.000 is anything below 0.0005. */
function surely(cells: readonly Cell[]): Signs {
  const sorted = cells.toSorted((a, b) => (a.p ?? 1) - (b.p ?? 1));
  const first = sorted.findIndex(({ p = 1 }, rank) => p > ALPHA / (sorted.length - rank));
  const passing = (first < 0 ? sorted : sorted.slice(0, first)).filter(({ isSignificant }) => isSignificant);
  return {
    isFaster: passing.some(({ delta }) => delta < 0),
    isSlower: passing.some(({ delta }) => delta > 0),
  };
}

/** The mean decides if some are faster and others slower; a mean close to 0 decides nothing. */
function kindOf(
  { isFaster, isSlower }: Signs,
  change: number,
  interval: Interval | undefined,
): LevelVerdict["kind"] {
  if (interval === undefined) return "unclear";
  if (isFaster && change <= -SLIGHT && interval.high < 0) return "faster";
  if (isSlower && change >= SLIGHT && interval.low > 0) return "slower";
  if (interval.low < -HIDDEN_MAX || interval.high > HIDDEN_MAX) return "unclear";
  return isFaster || isSlower ? "mixed" : "same";
}

/**
 * Returns the confidence interval of the change of the geometric mean. Medians are independent of each other,
 * so the squares of the half widths of their logarithms add up.
 */
export function intervalOf({ base, rows }: Comparison, level: Level): Interval | undefined {
  let sum = 0;
  let squares = 0;
  for (const { cells } of rows) {
    sum += Math.log1p(cells.get(level)?.delta ?? Number.NaN);
    squares += halfWidth(cells.get(base)) ** 2 + halfWidth(cells.get(level)) ** 2;
  }
  const [mean, half] = [sum / rows.length, Math.sqrt(squares) / rows.length];
  if (!Number.isFinite(mean) || !Number.isFinite(half)) return undefined;
  return { low: Math.expm1(mean - half), high: Math.expm1(mean + half) };
}

/** Returns half of the interval of a median's logarithm, from its longer side. */
function halfWidth(cell: Cell | undefined): number {
  return -Math.log1p(-(cell?.spread ?? 1) - ROUNDING);
}

/**
 * @param against returns the comparison whose base is that level
 */
export async function judge(
  levels: readonly Level[],
  against: (base: Level) => Promise<Comparison>,
): Promise<Verdict> {
  const [lowest, ...others] = levels;
  if (lowest === undefined) throw new Error("no levels");
  const first = await against(lowest);
  const steps: LevelVerdict[] = [];
  const worth: Level[] = [lowest];
  for (const level of others) {
    const step = judgeLevel(await against(worth.at(-1) ?? lowest), level);
    steps.push(step);
    if (step.kind === "faster") worth.push(level);
  }
  return { levels: others.map((level) => judgeLevel(first, level)), steps, worth };
}
