/** The verdict in plain words. */
import type { Level } from "../levels/level.ts";
import { formatDelta } from "../system/figures.ts";
import type { Comparison } from "./comparison.ts";
import { formatPart, formatSpread } from "./units.ts";
import type { LevelVerdict, Verdict } from "./verdict.ts";

/** With fewer samples, the U test cannot find a p below 0.05. */
const ROUNDS_NEEDED = 4;
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
  if (rounds < ROUNDS_NEEDED) {
    const headline =
      `${roundsOf(rounds)} cannot tell whether anything is gained: that takes at least ${ROUNDS_NEEDED}, ` +
      "and 10 are better (-count=10).";
    return { gains: undefined, headline, levels: [], advice: undefined, doubts: [] };
  }
  const noise = noiseOf(time);
  const gains = verdict.worth.length > 1;
  const isNoisy = noise > NOISE_MAX;
  // Noise can hide a gain, but not feign one.
  const isClear = gains || (!isNoisy && rounds >= ROUNDS_MIN);
  return {
    gains: isClear ? gains : undefined,
    headline: isClear
      ? headline(verdict)
      : `No level is seen to be faster than ${time.base}, perhaps because of the measurement.`,
    levels: verdict.levels.map((found) => `${found.level}: ${changeOf(found)}; ${countsOf(found)}`),
    advice: isClear ? advice(verdict, missing) : undefined,
    doubts: [
      ...(isNoisy
        ? [
            `The machine is noisy: half of the medians are known to ${formatSpread(noise)} or worse, which ` +
              "hides smaller differences. Stop other programs; more rounds (-count) and longer runs " +
              "(-benchtime) help.",
          ]
        : []),
      ...(rounds < ROUNDS_MIN
        ? [
            `${roundsOf(rounds)} give no confidence intervals: that takes ${ROUNDS_MIN}, and 10 are better ` +
              "(-count=10).",
          ]
        : []),
    ],
  };
}

function roundsOf(rounds: number): string {
  return rounds === 1 ? "1 round" : `${rounds} rounds`;
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

function changeOf({ kind, change, against }: LevelVerdict): string {
  switch (kind) {
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

function advice({ steps, worth }: Verdict, missing: readonly Level[]): string {
  const useless = steps.filter(({ level }) => !worth.includes(level)).map(({ level }) => level);
  const others =
    missing.length === 0 ? "" : ` This CPU has no ${listed(missing)}: what that gains is not known.`;
  if (worth.length === 1) return `On this CPU, plain go build serves as well as a bundle.${others}`;
  const rest =
    useless.length === 0
      ? "each level adds to the one below"
      : `${listed(useless)} add${useless.length === 1 ? "s" : ""} nothing to that`;
  return `On this CPU, -mgo.levels=${worth.join(",")} has all that is gained: ${rest}.${others}`;
}

function countsOf({ faster, slower, total }: LevelVerdict): string {
  if (total === 1) {
    const word = faster === 1 ? "faster" : slower === 1 ? "slower" : "as fast";
    return `its one benchmark is ${word}`;
  }
  return `${faster} of ${total} benchmarks faster, ${slower} slower`;
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
