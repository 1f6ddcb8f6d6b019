/** The variant that a bundle would start, for `mgo run`: launcher/select/select.zig. */
import { type Level, levelNumber } from "./level.ts";
import { highestUpTo } from "./native.ts";

export interface Selection {
  readonly level: Level;
  /** Whether a level was asked for that the CPU cannot run. */
  readonly isRefused: boolean;
}

/**
 * @param present the levels that there are, sorted
 * @param cpu the highest level that the CPU can run
 * @param asked what VARIABLE names, if that is a level
 * @returns undefined where the CPU can run none of the levels
 */
export function selectLevel(
  present: readonly Level[],
  cpu: Level,
  asked: Level | undefined,
): Selection | undefined {
  const best = highestUpTo(present, cpu);
  if (best === undefined) return undefined;
  const wanted = asked === undefined ? best : (highestUpTo(present, asked) ?? present[0] ?? best);
  return levelNumber(wanted) > levelNumber(cpu)
    ? { level: best, isRefused: true }
    : { level: wanted, isRefused: false };
}
