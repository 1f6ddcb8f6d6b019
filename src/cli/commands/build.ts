/**
 * `mgo build` and `mgo install`: from their arguments to a plan, which src/pipeline/execute.ts carries out.
 */
import { wordsOf } from "../../go/flags.ts";
import { executePlan } from "../../pipeline/execute.ts";
import { withoutMgoFlags } from "../../pipeline/flags.ts";
import type { BundleCommand } from "../../pipeline/go-build.ts";
import { openBuild, readGoArguments } from "../../pipeline/open.ts";
import { planBuild } from "../../pipeline/plan.ts";
import { explainArguments } from "../../pipeline/refusal.ts";
import { printReport } from "../../pipeline/report.ts";
import { MgoError } from "../../system/error.ts";
import type { Context } from "../../system/process.ts";
import { becomeGo } from "../become-go.ts";
import { printHelp } from "../print-help.ts";
import { BUILD } from "../reference/commands/build.ts";
import { INSTALL } from "../reference/commands/install.ts";

/**
 * Builds.
 *
 * @param args the arguments behind `build`
 * @returns the exit status, Go's own where Go refuses
 */
export async function run(args: readonly string[], context: Context): Promise<number> {
  return await make("build", args, context);
}

/** Builds, and puts bundles where `go install` puts executables. */
export async function install(args: readonly string[], context: Context): Promise<number> {
  return await make("install", args, context);
}

async function make(command: BundleCommand, args: readonly string[], context: Context): Promise<number> {
  const parsed = await readGoArguments(command, args, context);
  if (parsed === "help") return await printHelp(command === "build" ? BUILD : INSTALL);
  if (parsed === "refused") {
    return printReport(await explainArguments(command, withoutMgoFlags(args), context));
  }
  checkStrayFlags(parsed.packages);
  const words = [...wordsOf(parsed.flags), ...parsed.packages];
  const build = await openBuild(parsed.mgo, words, context);
  if ("status" in build) return printReport(build);
  const plan = await planBuild(command, parsed, build, context);
  if (plan === "go") return await becomeGo([build.go.go, command, ...words], context.env);
  return "status" in plan ? printReport(plan) : await executePlan(plan, context);
}

/** Go ends the flags at the first other argument, and what it says about a later one would not help. */
function checkStrayFlags(packages: readonly string[]): void {
  const stray = packages.find((word) => /^--?mgo\./.test(word));
  if (stray === undefined) return;
  throw new MgoError(`${stray} stands behind the packages: flags come before them`, { status: 2 });
}
