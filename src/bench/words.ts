/** The verdict in plain words. */
import type { Level } from "../levels/level.ts";
import { formatDelta } from "../system/figures.ts";
import type { Comparison } from "./comparison.ts";
import { formatPart, formatSpread } from "./units.ts";
import type { Interval, LevelVerdict, Verdict } from "./verdict.ts";

/** The least samples for a 95 % confidence interval of a median. */
const ROUNDS_MIN = 6;
/** Intervals wider than this, relative to the median, hide usual gains. */
const NOISE_MAX = 0.05;

/** Sentences about a verdict. */
export interface Conclusion {
  /** Whether anything is gained; undefined if that cannot be told. */
  readonly gains: boolean | undefined;
  readonly headline: string;
  /** A sentence for each level but the lowest. */
  readonly levels: readonly string[];
  /** Advice on which levels to build. */
  readonly advice: string | undefined;
  /** Flaws of the measurement. */
  readonly doubts: readonly string[];
}

/**
 * @param missing levels that the CPU lacks
 * @param rounds the number of samples of each benchmark
 */
export function conclude(
  time: Comparison,
  verdict: Verdict,
  missing: readonly Level[],
  rounds: number,
): Conclusion {
  const gains = verdict.worth.length > 1;
  // Noise can hide a gain, but not feign one.
  const isClear = gains || verdict.levels.every(({ kind }) => kind !== "unclear");
  const lacking = doubtRounds(rounds);
  return {
    gains: isClear ? gains : undefined,
    headline: isClear ? headline(verdict) : "These figures do not show whether anything is gained.",
    levels:
      lacking === undefined
        ? verdict.levels.map((found) => `${found.level}: ${changeOf(found)}; ${countsOf(found)}`)
        : [],
    advice: isClear ? advice(verdict, missing) : undefined,
    doubts: [lacking ?? doubtSamples(time), doubtNoise(time, verdict)].filter((doubt) => doubt !== undefined),
  };
}

/** Returns what is wrong with so few rounds; undefined if they are enough. */
export function doubtRounds(rounds: number): string | undefined {
  if (rounds >= ROUNDS_MIN) return undefined;
  const given = rounds === 1 ? "1 round gives" : `${rounds} rounds give`;
  return `${given} no confidence intervals: that takes ${ROUNDS_MIN}, and 10 are better (-count=10).`;
}

/** Runs that failed leave benchmarks with less results than there were rounds. */
function doubtSamples({ rows }: Comparison): string | undefined {
  const lacking = rows.filter(({ cells }) => [...cells.values()].some(({ spread }) => spread === undefined));
  if (lacking.length === 0) return undefined;
  return (
    `${lacking.length} of ${rows.length} benchmarks lack results for a confidence interval, and so does ` +
    `the mean: that takes ${ROUNDS_MIN} at each level.`
  );
}

function doubtNoise(time: Comparison, { levels, steps }: Verdict): string | undefined {
  const noise = noiseOf(time);
  const isUnclear = [...levels, ...steps].some(
    ({ kind, interval }) => kind === "unclear" && interval !== undefined,
  );
  if (noise <= NOISE_MAX && !isUnclear) return undefined;
  return (
    `The machine is noisy: half of the medians are known to ${formatSpread(noise)} or worse, which ` +
    "hides smaller differences. Stop other programs; more rounds (-count) and longer runs " +
    "(-benchtime) help."
  );
}

/** The median of the spreads. */
function noiseOf({ rows }: Comparison): number {
  const spreads = rows.flatMap(({ cells }) => [...cells.values()].flatMap(({ spread }) => spread ?? []));
  return spreads.toSorted((a, b) => a - b)[Math.floor(spreads.length / 2)] ?? 0;
}

function headline({ levels, worth }: Verdict): string {
  const best = worth.at(-1);
  const [lowest] = worth;
  const gain = levels.find(({ level }) => level === best);
  if (gain !== undefined && gain.kind === "faster") {
    const less = `${formatPart(gain.change)} less time than ${gain.against}`;
    return `${gain.level} takes ${less} (geomean; ${countsOf(gain)}).`;
  }
  if (gain !== undefined) return `${gain.level} gains in steps that do not add up: see the table.`;
  if (levels.some(({ kind }) => kind === "mixed")) {
    return `Nothing is gained in the mean: single benchmarks differ from ${lowest}, all together do not.`;
  }
  return levels.some(({ kind }) => kind === "slower")
    ? `Nothing is gained: no level is faster than ${lowest}.`
    : `Nothing is gained: no level differs from ${lowest} by more than chance.`;
}

function changeOf({ kind, change, interval, against }: LevelVerdict): string {
  switch (kind) {
    case "unclear":
      return `unclear against ${against}${interval === undefined ? "" : rangeOf(interval)}`;
    case "faster":
      return `${formatPart(change)} less time than ${against}`;
    case "slower":
      return `${formatPart(change)} more time than ${against}`;
    case "mixed":
      return `${formatDelta(change)} in the mean`;
    case "same":
      return `no difference from ${against} beyond chance`;
  }
}

/** `: between 12 % less and 8.0 % more time`. */
function rangeOf({ low, high }: Interval): string {
  const [from, to] = [low, high].map((end) => `${formatPart(end)} ${end < 0 ? "less" : "more"}`);
  return `: between ${from} and ${to} time`;
}

function advice({ steps, worth }: Verdict, missing: readonly Level[]): string {
  const left = steps.filter(({ level }) => !worth.includes(level));
  const open = left.filter(({ kind }) => kind === "unclear").map(({ level }) => level);
  const useless = left.filter(({ kind }) => kind !== "unclear").map(({ level }) => level);
  const others =
    missing.length === 0 ? "" : ` This CPU has no ${listed(missing)}: what that gains is not known.`;
  if (worth.length === 1) return `On this CPU, plain go build serves as well as a bundle.${others}`;
  const nothing = `${listed(useless)} add${useless.length === 1 ? "s" : ""} nothing`;
  if (open.length > 0) {
    const rest = useless.length === 0 ? "" : `: ${nothing}`;
    const untold = `Whether ${listed(open)} add${open.length === 1 ? "s" : ""} to it is unclear.`;
    return `On this CPU, -mgo.levels=${worth.join(",")} gives a certain gain${rest}. ${untold}${others}`;
  }
  const rest = useless.length === 0 ? "each level adds to the one below" : nothing;
  return `On this CPU, -mgo.levels=${worth.join(",")} gives the whole gain: ${rest}.${others}`;
}

function countsOf({ faster, slower, total }: LevelVerdict): string {
  if (total === 1) {
    const word = faster === 1 ? "is faster" : slower === 1 ? "is slower" : "differs by no more than chance";
    return `its one benchmark ${word}`;
  }
  return `${faster} of ${total} benchmarks faster, ${slower} slower`;
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
