/** Builds that Go refuses before it compiles anything: Go says why, in its words and with its status. */

import packageJson from "../../package.json" with { type: "json" };
import { findGo } from "../go/env.ts";
import { chdirLength } from "../go/flags.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { type Context, type RunResult, run } from "../system/process.ts";
import { type BundleCommand, type GoBuild, runGo } from "./go-build.ts";
import { type Report, reportFailures, reportOf } from "./report.ts";
import type { Verbosity } from "./verbosity.ts";

/**
 * Explains arguments that cannot be read as flags and packages, or that `go list` does not take.
 *
 * @param args without mgo's own flags
 * @param listed the words of `go list`
 * @throws MgoError when `go build` takes them after all
 */
export async function explainArguments(
  command: BundleCommand,
  args: readonly string[],
  context: Context,
  listed?: RunResult,
): Promise<Report> {
  const chdir = chdirLength(args);
  const words = [findGo(context), command, ...args.slice(0, chdir), "-n", ...args.slice(chdir)];
  const result = await run(words, context);
  const refused = result.status === 0 ? listed : result;
  if (refused === undefined) throw notUnderstood(command);
  return reportOf(refused);
}

/**
 * Explains packages and an -o that Go does not take. Each level is asked, as build tags may tell them apart.
 *
 * @throws MgoError when Go takes them after all
 */
export async function explainBuild(
  build: GoBuild,
  levels: readonly Level[],
  verbosity: Verbosity,
  context: Context,
): Promise<Report> {
  const outputs = [];
  const quiet = { ...context, temporary: "", onStderrLine: () => false, onFlood: () => {} };
  for (const level of levels) {
    outputs.push(await runGo(build, level, { flags: ["-n", ...build.outputFlags] }, quiet));
  }
  const report = reportFailures(outputs, verbosity);
  if (report.status === 0) throw notUnderstood(build.command);
  return report;
}

function notUnderstood(command: BundleCommand): MgoError {
  return new MgoError(`go ${command} takes these arguments, but mgo cannot tell what they build`, {
    hint: `please report them, with the version of Go: ${packageJson.bugs}`,
  });
}
