/** The time of starts that read their file from the disk, as the first one after a boot does. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { takeTurns } from "../../src/bench/schedule.ts";
import type { Level } from "../../src/levels/level.ts";
import { messageOf } from "../script.ts";
import { type Context, quietPlace } from "./context.ts";
import type { Spread } from "./figures.ts";
import { makeSlowDisk } from "./slow-disk.ts";
import type { Starter } from "./starter.ts";
import { spread } from "./statistics.ts";

/** Rounds that are not counted. */
const WARM_UP = 1;
/** Most rounds: such starts take long, and differ less than they take. */
const ROUNDS_MAX = { disk: 21, slowDisk: 7 } as const;

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
  return measureIn(context.coldFolder ?? context.work, context, "the disk", async (folder) => {
    // Copies are written in one piece, as downloads are.
    const copies = paths.map((path, index) => join(folder, `${index}-${basename(path)}`));
    for (const [index, path] of paths.entries()) await copyFile(path, copies[index] ?? "");
    return startCold(paths, copies, level, args, context, context.starter, ROUNDS_MAX.disk);
  });
}

/**
 * Does the same with files on slow disks.
 *
 * @returns milliseconds of a path by the disk's MB/s
 */
export async function measureSlowStarts(
  paths: readonly string[],
  level: Level,
  args: readonly string[],
  context: Context,
): Promise<(path: string) => Readonly<Record<number, Spread | undefined>>> {
  const found = new Map<number, ReadonlyMap<string, Spread>>();
  for (const rate of context.slowDisks) {
    context.progress(`starts from a disk of ${rate} MB/s`);
    const measured = await measureIn(context.work, context, `a disk of ${rate} MB/s`, async (folder) => {
      const disk = await makeSlowDisk(folder, paths, rate);
      const starter = context.starter.behind(disk.command);
      return startCold(paths, disk.paths, level, args, context, starter, ROUNDS_MAX.slowDisk);
    });
    found.set(rate, measured);
  }
  return (path) => Object.fromEntries([...found].map(([rate, times]) => [rate, times.get(path)]));
}

/** Calls `measure` with a new folder in this one, and notes where it fails. */
async function measureIn(
  parent: string,
  context: Context,
  disk: string,
  measure: (folder: string) => Promise<ReadonlyMap<string, Spread>>,
): Promise<ReadonlyMap<string, Spread>> {
  const folder = await mkdtemp(join(parent, "cold-"));
  try {
    return await measure(folder);
  } catch (error) {
    context.note(`no starts from ${disk}: ${messageOf(error)}`);
    return new Map();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the copies of files, and returns the milliseconds of each file. */
function startCold(
  paths: readonly string[],
  copies: readonly string[],
  level: Level,
  args: readonly string[],
  context: Context,
  starter: Starter,
  roundsMax: number,
): ReadonlyMap<string, Spread> {
  const rounds = Math.min(context.rounds, roundsMax);
  const schedule = takeTurns(paths.length, WARM_UP + rounds).flat();
  const files = copies.map((path) => ({ path, level }));
  const { starts, stderr } = starter.run(files, args, schedule, quietPlace(context), true);
  if (starts.some(({ success }) => !success)) throw new Error(stderr.trim() || "a program failed");
  const times = (index: number): readonly number[] =>
    starts.flatMap(({ milliseconds }, place) =>
      place >= WARM_UP * paths.length && schedule[place] === index ? milliseconds : [],
    );
  return new Map(paths.map((path, index) => [path, spread(times(index))]));
}
