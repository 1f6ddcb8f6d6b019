/** `mgo bench`: measures what the levels gain, by a program's own benchmarks or by a command that runs it. */
import packageJson from "../../../package.json" with { type: "json" };
import { readArguments } from "../../bench/arguments.ts";
import { compareResults } from "../../bench/compare.ts";
import { describeMachine } from "../../bench/machine.ts";
import { type Measurement, measureRun, type Place } from "../../bench/measure.ts";
import { renderBenchPage } from "../../bench/page.ts";
import { type Prepared, prepareRun } from "../../bench/prepare.ts";
import { startBenchProgress } from "../../bench/progress.ts";
import { type BenchReport, renderJson, renderText } from "../../bench/report.ts";
import type { Bundle } from "../../bundle/read.ts";
import { measureSizes, type Sizes } from "../../bundle/sizes.ts";
import { placePage } from "../../page/place.ts";
import { printReport } from "../../pipeline/report.ts";
import { MgoError } from "../../system/error.ts";
import type { Context } from "../../system/process.ts";
import { removeScratch } from "../../system/scratch.ts";
import { quoteForShell } from "../../system/shell.ts";
import { writeStderr, writeStdout } from "../../system/streams.ts";
import { makeTemporaryFolder } from "../../system/temporary.ts";
import { printHelp } from "../print-help.ts";
import { BENCH } from "../reference/commands/bench.ts";

/** @returns the exit status: 1 if a benchmark failed or nothing could be compared, Go's own if it refuses */
export async function run(words: readonly string[], context: Context): Promise<number> {
  const args = readArguments(words);
  if (args === "help") return await printHelp(BENCH);
  const prepared = await prepareRun(args, context);
  if ("status" in prepared) return printReport(prepared);
  const temporary = await makeTemporaryFolder(prepared.go.gotmpdir, context.env);
  const progress = await startBenchProgress(context.env);
  try {
    const place = { context, temporary, progress };
    const measurement = await measureRun(prepared, place);
    progress.stop();
    if ("status" in measurement) {
      // Standard output is for JSON alone.
      const { stdout, stderr, status } = measurement;
      return printReport(args.json ? { stdout: "", stderr: stdout + stderr, status } : measurement);
    }
    return await report(words, prepared, measurement, place);
  } finally {
    progress.stop();
    removeScratch(temporary);
  }
}

async function report(
  words: readonly string[],
  prepared: Prepared,
  { benchstat, results, failures }: Measurement,
  place: Place,
): Promise<number> {
  const { args, bundle, go, levels, missing, html } = prepared;
  const { signal } = place.context;
  const compared =
    benchstat === undefined ? undefined : await compareResults(benchstat, results, prepared, place);
  const found: BenchReport = {
    command: ["mgo", "bench", ...words.map(quoteForShell)].join(" "),
    machine: await describeMachine(),
    goVersion: bundle?.info.goVersion ?? go.version,
    levels,
    missing,
    rounds: args.rounds,
    results,
    incomplete: results.incomplete,
    failures,
    compared,
    sizes: bundle === undefined ? undefined : await sizesOf(bundle, signal),
  };
  writeStdout(args.json ? renderJson(found) : renderText(found));
  if (html !== undefined && compared !== undefined) {
    await placePage(html, renderBenchPage(found, compared, packageJson.version), signal);
  } else if (html !== undefined) {
    writeStderr(`mgo: bench: ${args.html} is not written: it would lack the statistics\n`);
  }
  return failures > 0 || compared === undefined ? 1 : 0;
}

/** Returns a bundle's sizes; undefined for one that was changed since, which still runs. */
async function sizesOf(bundle: Bundle, signal: AbortSignal): Promise<Sizes | undefined> {
  return await measureSizes(bundle, signal).catch((error: unknown) => {
    if (error instanceof MgoError) return undefined;
    throw error;
  });
}
