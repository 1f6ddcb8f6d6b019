/**
 * Builds that Go refuses before it compiles anything: Go says why, in its words and with its status.
 */

import { findGo } from "../go/env.ts";
import { chdirLength } from "../go/flags.ts";
import { MgoError } from "../system/error.ts";
import { type Context, type RunResult, run } from "../system/process.ts";
import { withoutMgoFlags } from "./flags.ts";
import type { GoCommand, Plan } from "./plan.ts";
import { makeReport, type Report } from "./report.ts";
import { runGo } from "./variants.ts";

/**
 * For arguments that cannot be read as flags and packages, or that `go list` does not take.
 *
 * @param listed what `go list` said
 * @throws MgoError when `go build` takes them after all
 */
export async function explainArguments(
  go: GoCommand,
  args: readonly string[],
  context: Context,
  listed?: RunResult,
): Promise<Report> {
  const words = withoutMgoFlags(args);
  const chdir = chdirLength(words);
  const command = [findGo(context), go, ...words.slice(0, chdir), "-n", ...words.slice(chdir)];
  const result = await run(command, context);
  const refused = result.status === 0 ? listed : result;
  if (refused === undefined) throw notUnderstood(go);
  return { stdout: refused.stdout, stderr: refused.stderr, status: refused.status ?? 1 };
}

/**
 * For packages and an -o that Go does not take; each level is asked, as build tags may tell them apart.
 *
 * @throws MgoError when Go takes them after all
 */
export async function explainPlan(plan: Plan, context: Context): Promise<Report> {
  const outputs = [];
  for (const level of plan.options.levels) {
    const request = { ...context, temporary: "", onStderrLine: () => false, onFlood: () => {} };
    const output = await runGo(plan, level, ["-n", ...plan.outputFlags], request);
    outputs.push(output.status === 0 ? { ...output, stdout: "", stderr: "" } : output);
  }
  const report = makeReport(outputs, plan.verbosity, []);
  if (report.status === 0) throw notUnderstood(plan.command);
  return report;
}

function notUnderstood(go: GoCommand): MgoError {
  return new MgoError(`go ${go} takes these arguments, but mgo cannot tell what they build`, {
    hint: "please report them, with the version of Go, as a bug of mgo",
  });
}
