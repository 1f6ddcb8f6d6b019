/**
 * Judges which levels gain anything, and which are worth building.
 *
 * With p < 0.05, one benchmark in twenty differs by chance. So a level counts as different only if one of its
 * benchmarks passes Holm's correction for their number (Holm 1979, "A Simple Sequentially Rejective Multiple
 * Test Procedure"): the smallest of M probabilities must be below 0.05 / M.
 */
import type { Level } from "../levels/level.ts";
import type { Cell, Comparison } from "./comparison.ts";

const ALPHA = 0.05;

/** One level against another. */
export interface LevelVerdict {
  readonly level: Level;
  readonly against: Level;
  /** The change of the geometric mean of times: -0.12 is 12 % less. */
  readonly change: number;
  /** Benchmarks that differ significantly, each by itself. */
  readonly faster: number;
  readonly slower: number;
  readonly total: number;
  readonly kind: "faster" | "slower" | "mixed" | "same";
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
  const cells = rows.flatMap((row) => row.cells.get(level) ?? []);
  const differing = cells.filter(({ isSignificant }) => isSignificant);
  const faster = differing.filter(({ delta }) => delta < 0).length;
  const slower = differing.length - faster;
  const change = geomean.get(level)?.delta ?? 0;
  return {
    level,
    against: base,
    change,
    faster,
    slower,
    total: cells.length,
    kind: kindOf(surely(cells), change),
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
function kindOf({ isFaster, isSlower }: Signs, change: number): LevelVerdict["kind"] {
  if (isFaster && change <= -SLIGHT) return "faster";
  if (isSlower && change >= SLIGHT) return "slower";
  return isFaster || isSlower ? "mixed" : "same";
}

/** A change of the mean below half a percent is no gain. */
const SLIGHT = 0.005;

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
