/**
 * `mgo bench`: whether the levels gain anything for a program, by its own benchmarks or by a command that
 * runs it.
 */
import { resolve } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { type BenchArguments, readArguments } from "../../bench/arguments.ts";
import { compareLevels, findBenchstat } from "../../bench/benchstat.ts";
import { checkCommand, prepareCommand, readBenchTime } from "../../bench/command.ts";
import type { Comparison } from "../../bench/comparison.ts";
import { describeMachine } from "../../bench/machine.ts";
import { renderBenchPage } from "../../bench/page.ts";
import { type BenchProgress, startBenchProgress } from "../../bench/progress.ts";
import { recordTests } from "../../bench/record.ts";
import { type BenchReport, type Compared, renderJson, renderText } from "../../bench/report.ts";
import type { Results } from "../../bench/results.ts";
import { type Measured, runRounds } from "../../bench/rounds.ts";
import type { Failure, Subject } from "../../bench/subject.ts";
import { judge } from "../../bench/verdict.ts";
import { conclude } from "../../bench/words.ts";
import { type Bundle, openBundle } from "../../bundle/read.ts";
import { measureSizes, type Sizes } from "../../bundle/sizes.ts";
import type { CgoSettings } from "../../go/cgo.ts";
import { type GoEnv, hasLevels } from "../../go/env.ts";
import { flagsOf } from "../../go/flag-table.ts";
import { LEVELS, type Level, levelNumber } from "../../levels/level.ts";
import { nativeLevel } from "../../levels/native.ts";
import { checkPage, placePage } from "../../page/place.ts";
import { createLiveFilter } from "../../pipeline/live.ts";
import { openBuild, readCgo } from "../../pipeline/open.ts";
import { printReport } from "../../pipeline/report.ts";
import { MgoError } from "../../system/error.ts";
import { type Context, Interrupted } from "../../system/process.ts";
import { removeScratch } from "../../system/scratch.ts";
import { quoteForShell } from "../../system/shell.ts";
import { writeStderr, writeStdout } from "../../system/streams.ts";
import { makeTemporaryFolder } from "../../system/temporary.ts";
import { printHelp } from "../print-help.ts";
import { BENCH } from "../reference/commands/bench.ts";

/** Everything that a run needs to know beforehand. */
interface Run {
  /** As the user typed it. */
  readonly command: string;
  readonly args: BenchArguments;
  readonly context: Context;
  readonly go: GoEnv;
  /** Those that are measured, lowest first: two at the least. */
  readonly levels: readonly Level[];
  /** Those that were asked for and that the CPU lacks. */
  readonly missing: readonly Level[];
  /** What cgo gives to compilers, with -mgo.cgo-march. */
  readonly cgo: CgoSettings | undefined;
  /** Private. */
  readonly temporary: string;
  readonly progress: BenchProgress;
}

/**
 * @returns the exit status: 1 where a benchmark failed or nothing could be compared, Go's own where it
 * refuses
 */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const parsed = readArguments(args);
  if (parsed === "help") return await printHelp(BENCH);
  const bundle = parsed.exec === undefined ? undefined : await openSubject(parsed, parsed.exec, context);
  const build = await openBuild(parsed.mgo, bundle === undefined ? parsed.words : [], context);
  if ("status" in build) return printReport(build);
  const { go, options } = build;
  const supported = runnableLevels();
  const html = parsed.html === undefined ? undefined : resolve(context.cwd, parsed.html);
  if (html !== undefined) await checkPage(html);
  const present = bundle?.directory.variants.map(({ level }) => level) ?? options.levels;
  const wanted = present.filter((level) => options.levels.includes(level));
  const levels = wanted.filter((level) => supported.includes(level));
  const missing = wanted.filter((level) => !supported.includes(level));
  checkLevels(levels, missing, bundle);

  if (bundle === undefined && !hasLevels(go)) {
    throw new MgoError(`bench: the target is ${go.goos}/${go.goarch}, and only linux/amd64 has levels`);
  }
  const known = flagsOf("test");
  for (const { name } of bundle === undefined ? go.goflags : []) {
    const reason = known.get(name)?.benchRefusal;
    if (reason !== undefined) throw new MgoError(`bench: -${name} in GOFLAGS: ${reason}`);
  }
  const cgo = bundle === undefined ? await readCgo(build, levels, context) : undefined;
  const temporary = await makeTemporaryFolder(go.gotmpdir, context.env);
  const progress = await startBenchProgress(context.env);
  try {
    const command = ["mgo", "bench", ...args.map(quoteForShell)].join(" ");
    const place = { command, args: parsed, context, go, levels, missing, cgo, temporary, progress };
    return await measure(place, bundle, html);
  } finally {
    progress.stop();
    removeScratch(temporary);
  }
}

/**
 * The levels that this machine can run.
 *
 * @throws MgoError if it runs none
 */
function runnableLevels(): readonly Level[] {
  return LEVELS.slice(0, levelNumber(nativeLevel()));
}

async function openSubject(args: BenchArguments, command: string, context: Context): Promise<Bundle> {
  checkCommand(command);
  const other = [...args.flags.keys()].find((name) => name !== "benchtime");
  if (other !== undefined) {
    throw new MgoError(`bench: -${other} is a flag of go test, which --exec does not run`, { status: 2 });
  }
  const [stray] = args.unknown;
  if (stray !== undefined) throw new MgoError(`bench: unknown flag ${stray}`, { status: 2 });
  const [file] = args.operands;
  if (file === undefined || args.operands.length > 1) {
    throw new MgoError(`bench: --exec takes one bundle, not ${args.operands.length}`, {
      status: 2,
      hint: "as in mgo bench --exec '{} --version' ./bundle",
    });
  }
  return await openBundle(resolve(context.cwd, file));
}

function checkLevels(levels: readonly Level[], missing: readonly Level[], bundle: Bundle | undefined): void {
  if (levels.length > 1) return;
  const [only] = levels;
  const reason =
    missing.length > 0
      ? `this CPU has no ${missing.join(", ")}`
      : bundle === undefined
        ? "-mgo.levels names no other"
        : `${bundle.name} has no other`;
  throw new MgoError(
    only === undefined
      ? `bench: no level to run: ${reason}`
      : `bench: nothing to compare ${only} with: ${reason}`,
  );
}

async function measure(place: Run, bundle: Bundle | undefined, html: string | undefined): Promise<number> {
  const { args, context, go, levels, missing, progress } = place;
  if (missing.length > 0) progress.print(`mgo: bench: this CPU has no ${missing.join(", ")}: left out`);
  const benchstat = await getBenchstat(place);
  const subjects = bundle === undefined ? await testSubjects(place) : [await commandSubject(place, bundle)];
  if ("status" in subjects) {
    progress.stop();
    // Who asked for JSON takes nothing else.
    const { stdout, stderr, status } = subjects;
    return printReport(args.json ? { stdout: "", stderr: stdout + stderr, status } : subjects);
  }
  progress.step(`running ${args.rounds} ${args.rounds === 1 ? "round" : "rounds"} of ${levels.join(", ")}`);
  const measured = await runAll(place, subjects);
  const { results, failures } = measured;
  progress.stop();
  if (results.isEmpty) throw nothingMeasured(args, failures);

  const compared = benchstat === undefined ? undefined : await compare(benchstat, results, place);
  const report: BenchReport = {
    command: place.command,
    machine: await describeMachine(),
    goVersion: bundle?.info.goVersion ?? go.version,
    levels,
    missing,
    rounds: args.rounds,
    results,
    incomplete: results.incomplete,
    failures,
    compared,
    sizes: bundle === undefined ? undefined : await sizesOf(bundle, context),
  };
  writeStdout(args.json ? renderJson(report) : renderText(report));
  if (html !== undefined && compared !== undefined) {
    await placePage(html, renderBenchPage(report, compared, packageJson.version), context.signal);
  } else if (html !== undefined)
    writeStderr(`mgo: bench: ${args.html} is not written: it would lack the statistics\n`);
  return failures > 0 || compared === undefined ? 1 : 0;
}

/** It comes first: that it cannot be had is nothing to hear after minutes of measuring. */
async function getBenchstat({ context, go, temporary, progress }: Run): Promise<string | undefined> {
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

async function testSubjects({ args, context, go, levels, cgo, temporary, progress }: Run) {
  return await recordTests(
    {
      go: go.go,
      args,
      levels,
      cgo,
      temporary,
      onLevel: (level) => progress.step(`building the tests for ${level}`),
      onStderrLine: createLiveFilter(progress.print),
    },
    context,
  );
}

async function commandSubject(place: Run, bundle: Bundle): Promise<Subject> {
  const { args, context, levels, temporary, progress } = place;
  const time = readBenchTime(args.flags.get("benchtime") ?? "1s");
  progress.step(`extracting ${levels.join(", ")}`);
  return await prepareCommand(bundle, levels, args.exec ?? "", time, temporary, context);
}

async function runAll(place: Run, subjects: readonly Subject[]): Promise<Measured> {
  const { args, context, levels, progress } = place;
  let rounds = 0;
  const onFailure = (subject: Subject, level: Level, { output }: Failure): void => {
    progress.print(`mgo: bench: ${subject.name} fails at ${level}:\n${output.trimEnd()}`);
  };
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
      onFailure,
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
    hint: "benchmarks are functions BenchmarkName(*testing.B) in files *_test.go; ./... names all packages of a module",
  });
}

async function compare(benchstat: string, results: Results, place: Run): Promise<Compared | undefined> {
  const { context, levels, temporary } = place;
  const [lowest] = levels;
  if (lowest === undefined || results.compared.length === 0) {
    throw new MgoError("bench: there is no benchmark that every level has run to its end");
  }
  const all = new Map<Level, readonly Comparison[]>();
  const against = async (base: Level): Promise<Comparison> => {
    const known = all.get(base) ?? (await compareLevels(benchstat, results, base, temporary, context));
    all.set(base, known);
    const time = known.find(({ unit }) => unit === "sec/op");
    if (time === undefined)
      throw new MgoError("bench: the benchmarks report no time, which levels are compared by");
    return time;
  };
  const verdict = await judge(levels, against);
  const time = await against(lowest);
  // B/s is the same figure once more.
  const others = (all.get(lowest) ?? []).filter(({ unit }) => unit !== "sec/op" && unit !== "B/s");
  return { time, others, verdict, conclusion: conclude(time, verdict, place.missing, place.args.rounds) };
}

/** What was changed since mgo made it has no sizes: it still runs. */
async function sizesOf(bundle: Bundle, { signal }: Context): Promise<Sizes | undefined> {
  return await measureSizes(bundle, signal).catch((error: unknown) => {
    if (error instanceof MgoError) return undefined;
    throw error;
  });
}
