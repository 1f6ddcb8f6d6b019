/** The time of starts that read their file from the disk, as the first one after a boot does. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { takeTurns } from "../../src/bench/schedule.ts";
import type { Level } from "../../src/levels/level.ts";
import { messageOf } from "../script.ts";
import { type Context, quietPlace } from "./context.ts";
import type { Spread } from "./figures.ts";
import { spread } from "./statistics.ts";

/** Rounds that are not counted. */
const WARM_UP = 1;
/** Most rounds: such starts take long, and differ less than they take. */
const ROUNDS_MAX = 21;

/**
 * Starts each file as this level, in turn, with its pages dropped from the page cache.
 *
 * @param paths of files that run
 * @returns milliseconds by path; none where pages cannot be dropped
 */
export async function measureColdStarts(
  paths: readonly string[],
  level: Level,
  args: readonly string[],
  context: Context,
): Promise<ReadonlyMap<string, Spread>> {
  const folder = await mkdtemp(join(context.coldFolder ?? context.work, "cold-"));
  try {
    // Copies are written in one piece, as downloads are.
    const copies = paths.map((path, index) => join(folder, `${index}-${basename(path)}`));
    for (const [index, path] of paths.entries()) await copyFile(path, copies[index] ?? "");
    const rounds = Math.min(context.rounds, ROUNDS_MAX);
    const schedule = takeTurns(paths.length, WARM_UP + rounds).flat();
    const files = copies.map((path) => ({ path, level }));
    const { starts, stderr } = context.starter.run(files, args, schedule, quietPlace(context), true);
    if (starts.some(({ success }) => !success)) throw new Error(stderr.trim() || "a program failed");
    const times = (index: number): readonly number[] =>
      starts.flatMap(({ milliseconds }, place) =>
        place >= WARM_UP * paths.length && schedule[place] === index ? milliseconds : [],
      );
    return new Map(paths.map((path, index) => [path, spread(times(index))]));
  } catch (error) {
    context.note(`no starts from the disk: ${messageOf(error)}`);
    return new Map();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
