/** How long starts take, and how much memory while they last. */
import type { Level } from "../../src/level.ts";
import type { Bundle } from "./build.ts";
import { type Context, quietPlace } from "./context.ts";
import type { ProgramFigures, StartFigures } from "./figures.ts";
import { takeTurns } from "./schedule.ts";
import type { Start, Startable } from "./starter.ts";
import { differences, spread } from "./statistics.ts";

/** Rounds that are not counted: files come into the page cache, CPUs to their clock rate. */
const WARM_UP = 3;

export interface Measured {
  readonly plain: ProgramFigures["plain"]["starts"];
  /** By bundle; of one that does not run, none. */
  readonly bundles: ReadonlyMap<Bundle, readonly StartFigures[]>;
}

/** One thing that takes its turn in each round. */
interface Turn extends Startable {
  readonly level: Level;
  /** None for a plain variant. */
  readonly bundle?: Bundle;
}

/**
 * Runs each plain variant, and each bundle as each variant, in turn. All that is compared is of the same rounds, so
 * that it holds when the machine's speed drifts.
 *
 * @param levels those that the CPU runs, the base first
 */
export function measureStarts(
  plain: ReadonlyMap<Level, string>,
  bundles: readonly Bundle[],
  levels: readonly Level[],
  args: readonly string[],
  context: Context,
): Measured {
  const place = quietPlace(context);
  const { starter, rounds } = context;
  const wanted = bundles.flatMap((bundle) => {
    // Peers have no other way to start another variant that would compare.
    const own = bundle.encoding === undefined ? levels.slice(0, 1) : levels;
    return own.map((level): Turn => ({ level, path: bundle.path, bundle }));
  });
  const running = wanted.filter((turn) => {
    const [start] = starter.run([turn], args, [0], place).starts;
    if (start?.success) return true;
    context.note(`the bundle ${turn.bundle?.kind} does not run as ${turn.level}`);
    return false;
  });
  const turns: readonly Turn[] = [
    ...levels.map((level) => ({ level, path: plain.get(level) ?? "" })),
    ...running,
  ];
  const order = takeTurns(turns.length, WARM_UP + rounds);
  const { starts } = starter.run(turns, args, order.flat(), place);
  const results = new Map<Turn, Start[]>(turns.map((turn) => [turn, []]));
  for (const [place, index] of order.flat().entries()) {
    const [turn, start] = [turns[index], starts[place]];
    if (turn === undefined || start === undefined) throw new Error("the starter lost a start");
    if (!start.success) throw new Error(`${turn.path} ${args.join(" ")} failed once, as ${turn.level}`);
    if (place >= WARM_UP * turns.length) results.get(turn)?.push(start);
  }
  const timesOf = (turn: Turn) => (results.get(turn) ?? []).map(({ milliseconds }) => milliseconds);
  const plainTimes = (level: Level) =>
    timesOf(turns.find((turn) => turn.bundle === undefined && turn.level === level) ?? { level, path: "" });
  const figures = (turn: Turn): StartFigures => ({
    level: turn.level,
    added: spread(differences(timesOf(turn), plainTimes(turn.level))),
    peakResident: Math.max(...(results.get(turn) ?? []).map(({ peakResident }) => peakResident)),
    launching: starter.trace(turn, args, place),
  });
  return {
    plain: levels.map((level) => ({ level, time: spread(plainTimes(level)) })),
    bundles: new Map(
      bundles.map((bundle) => [bundle, running.filter((turn) => turn.bundle === bundle).map(figures)]),
    ),
  };
}

/** The levels whose plain variants run on this CPU: Go's own check at start decides. */
export function runnableLevels(
  plain: ReadonlyMap<Level, string>,
  args: readonly string[],
  context: Context,
): readonly Level[] {
  const place = quietPlace(context);
  return [...plain].flatMap(([level, path]) =>
    context.starter.run([{ path, level }], args, [0], place).starts[0]?.success ? [level] : [],
  );
}
