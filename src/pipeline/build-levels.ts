/** The levels of a plan, built, and encoded while others are still being built. */
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import type { Made } from "../bundle/write.ts";
import { compareLevels, type Level } from "../levels/level.ts";
import { encodeOutput } from "./encoding.ts";
import { findDestination, type GoContext, hasNoRoom, runGo } from "./go-build.ts";
import { createLevelGate } from "./level-gate.ts";
import { baseOf, type Options } from "./options.ts";
import type { Plan } from "./plan.ts";
import type { Progress } from "./progress.ts";
import type { LevelOutput } from "./report.ts";
import { foldersOf, type Output, outputsOf } from "./target.ts";
import { type Entry, takeEntry, temporaryEntry } from "./variant-cache.ts";

/**
 * How many levels are built at once where nobody says: one for each CPU. A `go` alone leaves CPUs idle while
 * it reads its packages, compiles the last ones and links; more than there are CPUs gain nothing and take
 * memory.
 *
 * Measured with 2 CPUs and `mgo -mgo.jobs=N -trimpath -ldflags='-s -w' -o /dev/null PACKAGE`, which builds
 * four levels and encodes nothing; medians of three runs:
 *
 * | N | fzf 0.60.3 (4.6 MB), linked | Caddy 2.9.1 (46.6 MB), linked | fzf with an empty Go cache |
 * |---|---|---|---|
 * | 1 | 0.99 s | 8.0 s | 47 to 73 s |
 * | 2 | 0.69 s | 4.1 s | 40 to 46 s |
 * | 4 | 0.69 s | 4.3 s | 48 s |
 */
const DEFAULT_JOBS = availableParallelism();

/** All levels, built. */
export interface Built {
  /** How they ended, in the order of levels. */
  readonly outputs: readonly LevelOutput[];
  /** Holds a folder of executables for each level. */
  readonly folder: string;
  /** Encodes a program; the first one is begun while levels are still being built. */
  bundle(output: Output): Promise<Made>;
  /**
   * Ends what is still being encoded, and gives the folder back.
   *
   * @param isGood whether the next run may take what is in it; without it, if no `go` was killed
   */
  release(isGood?: boolean): Promise<void>;
}

/**
 * Builds all levels of a plan, also when one fails: what they have in common can only be seen from all.
 *
 * @param launcher the launcher's ELF file
 * @throws the abort signal's reason, once no `go` runs any more
 */
export async function buildLevels(
  plan: Plan,
  launcher: Uint8Array,
  context: GoContext,
  progress: Progress,
): Promise<Built> {
  const { temporary, env } = context;
  const { gotmpdir } = plan.goBuild.go;
  if (foldersOf(plan.target).length === 0) {
    // Only programs that become bundles are worth keeping.
    const entry = { folder: temporary, isCached: false, release: async () => {} };
    return await buildInto(entry, plan, launcher, context, progress);
  }
  // Go would not link a kept program again, and so not write what a flag of the linker names.
  const entry = plan.writesFiles
    ? await temporaryEntry(gotmpdir, env)
    : await takeEntry(plan.key, gotmpdir, env);
  const built = await buildInto(entry, plan, launcher, context, progress);
  if (!entry.isCached || !built.outputs.some(hasNoRoom)) return built;
  // A cache that fails is no failure of the build.
  await built.release(false);
  progress.print(`mgo: the cache in ${dirname(entry.folder)} may be full: building again without it`);
  return await buildInto(await temporaryEntry(gotmpdir, env), plan, launcher, context, progress);
}

async function buildInto(
  entry: Entry,
  { target, options, goBuild, writesFiles }: Plan,
  launcher: Uint8Array,
  context: GoContext,
  progress: Progress,
): Promise<Built> {
  const order = buildOrder(options);
  const gate = createLevelGate(order);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const encoding = { entry, gate, launcher, onProgress: progress.encoding, env: context.env, signal };
  const encode = (output: Output) => encodeOutput(output, order, options, encoding);
  const [first] = outputsOf(target);
  const early = first && encode(first);
  // `bundle` reports the rejection; this only keeps it from counting as unhandled.
  early?.catch(() => {});
  const release = async (isGood: boolean): Promise<void> => {
    stop.abort();
    gate.close();
    await early?.catch(() => {});
    await entry.release(isGood);
  };
  try {
    // Files that flags name would be written by all levels at once. In the end they are the base's.
    const [levels, jobs] = writesFiles ? [order.toReversed(), 1] : [order, options.jobs ?? DEFAULT_JOBS];
    const outputs = await runJobs(levels, jobs, async (level) => {
      progress.started(level);
      const destination = await findDestination(target, goBuild, level, entry.folder, context);
      const output = await runGo(goBuild, level, destination, context);
      progress.ended(level, output.status !== 0);
      gate.ended(output);
      return output;
    });
    const noneKilled = outputs.every(({ killed }) => !killed);
    return {
      outputs: outputs.toSorted((a, b) => compareLevels(a.level, b.level)),
      folder: entry.folder,
      bundle: (output) => (output === first && early !== undefined ? early : encode(output)),
      release: (isGood = noneKilled) => release(isGood),
    };
  } catch (error) {
    await release(false);
    throw error;
  }
}

/** The base comes first: the encoder can do nothing without it. */
function buildOrder(options: Options): readonly Level[] {
  const base = baseOf(options);
  return [base, ...options.levels.filter((level) => level !== base)];
}

/**
 * Does something for each level, for several at once.
 *
 * @throws what one throws, once all others have ended
 */
async function runJobs<Result>(
  levels: readonly Level[],
  jobs: number,
  run: (level: Level) => Promise<Result>,
): Promise<Result[]> {
  const waiting = [...levels];
  const results: Result[] = [];
  const work = async (): Promise<void> => {
    for (let level = waiting.shift(); level !== undefined; level = waiting.shift()) {
      results.push(await run(level));
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(jobs, levels.length) }, work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return results;
}
