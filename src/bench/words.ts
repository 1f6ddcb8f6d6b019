/** The verdict in plain words. */
import type { Level } from "../level.ts";
import { formatDelta, formatPart } from "./units.ts";
import type { LevelVerdict, Verdict } from "./verdict.ts";

/** One sentence: whether it is worth it. */
export function headline({ levels, worth }: Verdict): string {
  const best = worth.at(-1);
  const [lowest] = worth;
  const gain = levels.find(({ level }) => level === best);
  if (gain !== undefined && gain.kind === "faster") {
    return `${gain.level} takes ${formatPart(gain.change)} less time than ${gain.against} (geomean; ${countsOf(gain)}).`;
  }
  if (gain !== undefined) return `${gain.level} gains in steps that do not add up: see the table.`;
  const isMixed = levels.some(({ kind }) => kind === "mixed");
  const isSlower = levels.some(({ kind }) => kind === "slower");
  if (isMixed) {
    return `Nothing is gained in the mean: where some benchmarks are faster than at ${lowest}, others are slower.`;
  }
  return isSlower
    ? `Nothing is gained: no level is faster than ${lowest}.`
    : `Nothing is gained: no level differs from ${lowest} by more than chance.`;
}

/** A line for each level but the lowest. */
export function levelLines({ levels }: Verdict): readonly string[] {
  return levels.map((verdict) => `${verdict.level}: ${changeOf(verdict)}; ${countsOf(verdict)}`);
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

/** What to do with it. */
export function advice({ steps, worth }: Verdict, missing: readonly Level[]): string {
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
    return faster === 1
      ? "its one benchmark is faster"
      : slower === 1
        ? "its one benchmark is slower"
        : "its one benchmark is as fast";
  }
  return `${faster} of ${total} benchmarks faster, ${slower} slower`;
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
