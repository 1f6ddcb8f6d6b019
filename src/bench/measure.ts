/** Measures a prepared run: benchstat, the subjects, and all rounds. */
import type { Level } from "../levels/level.ts";
import { createLiveFilter } from "../pipeline/live.ts";
import type { Report } from "../pipeline/report.ts";
import { MgoError } from "../system/error.ts";
import { type Context, Interrupted } from "../system/process.ts";
import type { BenchArguments } from "./arguments.ts";
import { findBenchstat } from "./benchstat.ts";
import { prepareCommand, readBenchTime } from "./command.ts";
import type { Prepared } from "./prepare.ts";
import type { BenchProgress } from "./progress.ts";
import { recordTests } from "./record.ts";
import { type Measured, runRounds } from "./rounds.ts";
import type { Failure, Subject } from "./subject.ts";
import { doubtRounds } from "./words.ts";

/** The surroundings of measuring. */
export interface Place {
  readonly context: Context;
  /** A scratch folder. */
  readonly temporary: string;
  readonly progress: BenchProgress;
}

export interface Measurement extends Measured {
  /** benchstat's path; undefined if it is unavailable. */
  readonly benchstat: string | undefined;
}

/**
 * @returns the output of `go test` if it fails
 * @throws MgoError if there is no result at all
 */
export async function measureRun(prepared: Prepared, place: Place): Promise<Measurement | Report> {
  const { args, levels, missing } = prepared;
  const { progress } = place;
  const doubt = doubtRounds(args.rounds);
  if (doubt !== undefined) progress.print(`mgo: bench: ${doubt}`);
  if (missing.length > 0) progress.print(`mgo: bench: this CPU has no ${missing.join(", ")}: left out`);
  // First, so that nobody learns after minutes of measuring that it is unavailable.
  const benchstat = await getBenchstat(prepared, place);
  const subjects = await makeSubjects(prepared, place);
  if ("status" in subjects) return subjects;
  progress.step(`running ${args.rounds} ${args.rounds === 1 ? "round" : "rounds"} of ${levels.join(", ")}`);
  const measured = await runAll(prepared, subjects, place);
  if (measured.results.isEmpty) throw nothingMeasured(args, measured.failures);
  return { ...measured, benchstat };
}

async function getBenchstat({ go }: Prepared, place: Place): Promise<string | undefined> {
  const { context, temporary, progress } = place;
  try {
    return await findBenchstat(go.go, temporary, context);
  } catch (error) {
    if (!(error instanceof MgoError)) throw error;
    progress.print(`mgo: bench: ${error.message}`);
    progress.print(
      "mgo: bench: without it there are medians only, which do not tell differences from chance",
    );
    return undefined;
  }
}

async function makeSubjects(prepared: Prepared, place: Place): Promise<readonly Subject[] | Report> {
  const { args, bundle, levels } = prepared;
  const { context, temporary, progress } = place;
  if (bundle !== undefined) {
    const time = readBenchTime(args.flags.get("benchtime") ?? "1s");
    progress.step(`extracting ${levels.join(", ")}`);
    return [await prepareCommand(bundle, levels, args.exec ?? "", time, temporary, context)];
  }
  return await recordTests(
    {
      go: prepared.go.go,
      args,
      levels,
      cgo: prepared.cgo,
      temporary,
      onLevel: (level) => progress.step(`building the tests for ${level}`),
      onStderrLine: createLiveFilter(progress.print),
    },
    context,
  );
}

async function runAll(
  { args, levels }: Prepared,
  subjects: readonly Subject[],
  { context, progress }: Place,
): Promise<Measured> {
  let rounds = 0;
  try {
    return await runRounds({
      subjects,
      levels,
      rounds: args.rounds,
      onRun: progress.turn,
      onRound: (done) => {
        rounds = done;
        progress.round(done, args.rounds);
      },
      onFailure: (subject: Subject, level: Level, { output }: Failure) =>
        progress.print(`mgo: bench: ${subject.name} fails at ${level}:\n${output.trimEnd()}`),
    });
  } catch (error) {
    if (context.signal.reason instanceof Interrupted) {
      progress.print(`mgo: bench: interrupted after ${rounds} of ${args.rounds} rounds: nothing is compared`);
    }
    throw error;
  }
}

function nothingMeasured(args: BenchArguments, failures: number): MgoError {
  if (failures > 0) return new MgoError("bench: nothing could be measured: every run failed");
  const pattern = args.flags.get("bench") ?? ".";
  return new MgoError(`bench: no benchmark matches -bench=${pattern} in these packages`, {
    hint: "mgo bench ./... takes all packages of a module; benchmarks are func BenchmarkX(*testing.B)",
  });
}
