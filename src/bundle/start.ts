/** The variant that a bundle starts: what launcher/select/select.zig does where nobody asks for a level. */
import type { Level } from "../levels/level.ts";
import { changesProgram } from "./changes.ts";
import type { Directory } from "./stored.ts";

/**
 * Returns the level that starts.
 *
 * @param best the best level of the bundle that the CPU can run
 * @param runnable all levels that it can run
 */
export function startedLevel(
  { layout, startPolicy, base, variants }: Directory,
  best: Level,
  runnable: readonly Level[],
): Level {
  if (layout !== "direct" || startPolicy === "best" || !runnable.includes(base.level)) return best;
  const gains = changesProgram(variants.find(({ level }) => level === best)?.changes);
  return startPolicy === "auto" && gains ? best : base.level;
}
