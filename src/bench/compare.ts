/** Compares the measured levels by benchstat, and draws conclusions. */
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { compareLevels } from "./benchstat.ts";
import type { Comparison } from "./comparison.ts";
import type { Place } from "./measure.ts";
import type { Prepared } from "./prepare.ts";
import type { Compared } from "./report.ts";
import type { Results } from "./results.ts";
import { judge } from "./verdict.ts";
import { conclude } from "./words.ts";

/** @throws MgoError if no benchmark ran at every level, or none reports a time */
export async function compareResults(
  benchstat: string,
  results: Results,
  { args, levels, missing }: Prepared,
  { context, temporary }: Place,
): Promise<Compared> {
  const [lowest] = levels;
  if (lowest === undefined || results.compared.length === 0) {
    throw new MgoError("bench: there is no benchmark that every level has run to its end");
  }
  const all = new Map<Level, readonly Comparison[]>();
  const against = async (base: Level): Promise<Comparison> => {
    const known = all.get(base) ?? (await compareLevels(benchstat, results, base, temporary, context));
    all.set(base, known);
    const time = known.find(({ unit }) => unit === "sec/op");
    if (time === undefined) throw new MgoError("bench: the benchmarks report no time to compare levels by");
    return time;
  };
  const verdict = await judge(levels, against);
  const time = await against(lowest);
  // B/s is derived from the time.
  const others = (all.get(lowest) ?? []).filter(({ unit }) => unit !== "sec/op" && unit !== "B/s");
  return { time, others, verdict, conclusion: conclude(time, verdict, missing, args.rounds) };
}
