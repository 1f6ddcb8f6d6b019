/** The time that starts take, and their memory. */
import { takeTurns } from "../../src/bench/schedule.ts";
import type { Level } from "../../src/levels/level.ts";
import { messageOf } from "../script.ts";
import type { Bundle } from "./build.ts";
import { type Context, quietPlace } from "./context.ts";
import type { ProgramFigures, Spread, StartFigures } from "./figures.ts";
import type { Start, Startable } from "./starter.ts";
import { differences, spread } from "./statistics.ts";

/** Rounds that are not counted: they bring files into the page cache and CPUs to their clock rate. */
const WARM_UP = 3;

export interface Measured {
  readonly plain: ProgramFigures["plain"]["starts"];
  /** Empty for a bundle that does not run. */
  readonly bundles: ReadonlyMap<Bundle, BundleStarts>;
}

interface BundleStarts {
  readonly starts: readonly StartFigures[];
  /** Milliseconds that a start without GOAMD64 takes longer than the plain base. */
  readonly unset: Spread | undefined;
}

/** Times that a launcher is traced: how its threads share the work, and so its memory, differs. */
const TRACES = 5;

/** One thing that takes its turn in each round; without a level, GOAMD64 is not set. */
interface Turn extends Startable {
  /** Absent for a plain variant. */
  readonly bundle?: Bundle;
}

/**
 * Runs each plain variant, and each bundle as each variant and without GOAMD64, in turn. Figures that
 * are compared come from the same rounds, so that they hold when the machine's speed drifts.
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
  const plainTurns = levels.map((level): Turn => ({ level, path: plain.get(level) ?? "" }));
  const bundleTurns = bundles.flatMap((bundle) => {
    const turns = turnsOf(bundle, levels);
    const failures = new Map(turns.map((turn) => [turn, tryOnce(turn, args, context)]));
    const [reason] = failures.values().filter((failure) => failure !== undefined);
    if (reason === undefined) return turns;
    const failed = turns.filter((turn) => failures.get(turn) !== undefined);
    context.note(`${bundle.kind} does not run as ${failed.map(nameOf).join(", ")}: ${reason}`);
    return turns.filter((turn) => !failed.includes(turn));
  });
  const results = runInTurn([...plainTurns, ...bundleTurns], args, context);
  const times = (turn: Turn | undefined): readonly number[] =>
    (turn === undefined ? undefined : results.get(turn))?.map(({ milliseconds }) => milliseconds) ?? [];
  const added = (turn: Turn, reference: Level | undefined): Spread =>
    spread(differences(times(turn), times(plainTurns.find(({ level }) => level === reference))));
  const figures = (turn: Turn): readonly StartFigures[] => {
    const { level } = turn;
    if (level === undefined) return [];
    const peakResident = Math.max(...(results.get(turn) ?? []).map((start) => start.peakResident));
    return [{ level, added: added(turn, level), peakResident, launching: largestTrace(turn, args, context) }];
  };
  const startsOf = (bundle: Bundle): BundleStarts => {
    const turns = bundleTurns.filter((turn) => turn.bundle === bundle);
    const unset = turns.find(({ level }) => level === undefined);
    return {
      starts: turns.flatMap(figures),
      unset: unset === undefined ? undefined : added(unset, levels[0]),
    };
  };
  return {
    plain: levels.map((level, index) => ({ level, time: spread(times(plainTurns[index])) })),
    bundles: new Map(bundles.map((bundle) => [bundle, startsOf(bundle)])),
  };
}

/**
 * Returns a turn for each level, for peers, which choose their variant in other ways, for the base only; and
 * one without GOAMD64.
 */
function turnsOf(bundle: Bundle, levels: readonly Level[]): readonly Turn[] {
  const own = bundle.encoding === undefined ? levels.slice(0, 1) : levels;
  return [...own.map((level) => ({ level })), {}].map((turn) => ({ ...turn, path: bundle.path, bundle }));
}

function nameOf({ level }: Turn): string {
  return level ?? "the CPU's best";
}

/** Starts a file once. @returns the first line that it prints if it fails */
function tryOnce(file: Startable, args: readonly string[], context: Context): string | undefined {
  const { starts, stderr } = context.starter.run([file], args, [0], quietPlace(context));
  return starts[0]?.success ? undefined : (stderr.trim().split("\n")[0] ?? "");
}

/** Returns the starts of all rounds that count, in their order. */
function runInTurn(
  turns: readonly Turn[],
  args: readonly string[],
  context: Context,
): ReadonlyMap<Turn, readonly Start[]> {
  const schedule = takeTurns(turns.length, WARM_UP + context.rounds).flat();
  const { starts, stderr } = context.starter.run(turns, args, schedule, quietPlace(context));
  const results = new Map<Turn, Start[]>(turns.map((turn) => [turn, []]));
  for (const [place, index] of schedule.entries()) {
    const [turn, start] = [turns[index], starts[place]];
    if (turn === undefined || start === undefined) throw new Error("the starter lost a start");
    if (!start.success)
      throw new Error(`${turn.path} failed after it had run, as ${nameOf(turn)}: ${stderr}`);
    if (place >= WARM_UP * turns.length) results.get(turn)?.push(start);
  }
  return results;
}

/** Returns the largest of several starts; undefined where nothing is executed, or tracing is not allowed. */
function largestTrace(turn: Turn, args: readonly string[], context: Context): StartFigures["launching"] {
  try {
    return Array.from({ length: TRACES }, () => context.starter.trace(turn, args, quietPlace(context)))
      .filter((found) => found !== undefined)
      .toSorted((a, b) => b.bytes - a.bytes)[0];
  } catch (error) {
    context.note(`no memory of launchers: ${messageOf(error)}`);
    return undefined;
  }
}

/** Returns the levels whose plain variants run on this CPU: Go's check at start decides. */
export function runnableLevels(
  plain: ReadonlyMap<Level, string>,
  args: readonly string[],
  context: Context,
): readonly Level[] {
  return [...plain].flatMap(([level, path]) =>
    tryOnce({ path, level }, args, context) === undefined ? [level] : [],
  );
}
