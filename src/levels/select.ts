/** The variant that a bundle would start, for `mgo run` and `mgo extract`: launcher/select/select.zig. */
import { architectureOf, featuresOf, type Level, levelsWithin } from "./level.ts";

export interface Selection {
  readonly level: Level;
  /** Whether a level was asked for that the CPU cannot run. */
  readonly isRefused: boolean;
}

/**
 * @param present the levels that there are, sorted
 * @param runnable those that the CPU can run
 * @param asked what the architecture's variable names, if that is a level
 * @returns undefined where the CPU can run none of the levels
 */
export function selectLevel(
  present: readonly Level[],
  runnable: readonly Level[],
  asked: Level | undefined,
): Selection | undefined {
  const best = lastOf(present, runnable);
  if (best === undefined) return undefined;
  const wanted = asked === undefined ? best : (lastOf(present, levelsUpTo(asked)) ?? present[0] ?? best);
  return runnable.includes(wanted) ? { level: wanted, isRefused: false } : { level: best, isRefused: true };
}

/** The last of the levels that is one of the others. */
export function lastOf(levels: readonly Level[], others: readonly Level[]): Level | undefined {
  return levels.findLast((level) => others.includes(level));
}

/** The levels that need no more than this one. */
function levelsUpTo(level: Level): readonly Level[] {
  return levelsWithin(architectureOf(level), new Set(featuresOf(level)));
}
