/**
 * `mgo build`: from its arguments to a plan, which src/build/execute.ts carries out.
 */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { executePlan, printReport } from "../build/execute.ts";
import { createLiveFilter } from "../build/live.ts";
import { readOptions } from "../build/options.ts";
import {
  allFlags,
  checkTarget,
  commonPlan,
  isOurs,
  makePlan,
  type Plan,
  readVerbosity,
} from "../build/plan.ts";
import { explainArguments } from "../build/refusal.ts";
import { type LevelOutput, makeReport } from "../build/report.ts";
import { MgoError } from "../error.ts";
import { findArity } from "../go/arity.ts";
import { readGoEnv } from "../go/env.ts";
import { type Arguments, type Arity, parseArguments, wordsOf } from "../go/flags.ts";
import { listPackages, type Package } from "../go/list.ts";
import { endGuard } from "../guard.ts";
import { HELP } from "../help.ts";
import type { Level } from "../level.ts";
import { become, type Context, type RunResult } from "../process.ts";
import { flushStreams, writeStderr, writeStdout } from "../streams.ts";

/**
 * Builds.
 *
 * @param args what follows `build`
 * @returns the exit status, Go's own where Go refuses
 */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const parsed = await readArguments(args, context);
  if (parsed === "help") {
    writeStdout(HELP);
    return 0;
  }
  if (parsed === "refused") return printReport(await explainArguments(args, context));
  const options = readOptions(parsed.mgo, context.env);
  const chdir = parsed.flags[0]?.name === "C" ? parsed.flags[0] : undefined;
  const print = (line: string): void => void writeStderr(`${line}\n`);
  const live = createLiveFilter(readVerbosity([]), print);
  const go = await readGoEnv(chdir?.words ?? [], context, live);
  if ("status" in go) return forward(go);
  if (options.elsewhere && !isOurs(go)) {
    await flushStreams();
    // Or it would be a child of go's that nobody waits for.
    await endGuard();
    become([go.go, "build", ...wordsOf(parsed.flags), ...parsed.packages], context.env);
  }
  const flags = allFlags(go, parsed);
  checkTarget(go, flags);

  const { names } = readVerbosity(flags);
  const amd64 = context.env.GOAMD64;
  if (names && amd64 !== undefined && amd64 !== "") {
    print(`mgo: GOAMD64=${amd64} in the environment is ignored: -mgo.levels names the levels`);
  }
  // Build tags such as amd64.v3 may tell the levels' packages apart.
  const listed = await Promise.all(
    options.levels.map(async (level): Promise<Listed> => {
      const place = { ...context, env: { ...context.env, GOAMD64: level } };
      return { level, context: place, packages: await listPackages(go.go, parsed, place, live) };
    }),
  );
  if (listed.some(({ packages }) => "status" in packages)) {
    const outputs = await Promise.all(listed.map((list) => explainListed(args, list)));
    return printReport(makeReport(outputs, readVerbosity(flags), []));
  }

  const folder = await realpath(resolve(context.cwd, chdir?.value ?? "."));
  const place = { cwd: context.cwd, folder };
  const plans = await Promise.all(
    listed.map(async ({ level, packages }): Promise<[Level, Plan]> => {
      return [level, await makePlan(options, go, parsed, "status" in packages ? [] : packages, place)];
    }),
  );
  return await executePlan(commonPlan(new Map(plans)), { ...context, folder });
}

/** What `go list` said at one level. */
interface Listed {
  readonly level: Level;
  readonly context: Context;
  readonly packages: readonly Package[] | RunResult;
}

async function explainListed(args: readonly string[], listed: Listed): Promise<LevelOutput> {
  const { level, context, packages } = listed;
  const report = "status" in packages ? await explainArguments(args, context, packages) : SILENT;
  return { level, ...report, killed: false };
}

const SILENT = { stdout: "", stderr: "", status: 0 };

/** Reads the arguments, asking Go about flags that mgo does not know. */
async function readArguments(
  args: readonly string[],
  context: Context,
): Promise<Arguments | "help" | "refused"> {
  const found = new Map<string, Arity>();
  for (;;) {
    const parsed = parseArguments(args, found);
    switch (parsed.kind) {
      case "arguments":
        checkStrayFlags(parsed.packages);
        return parsed;
      case "valueless":
        throw new MgoError(`-${parsed.name} needs a value, as in -${parsed.name}=VALUE`, { status: 2 });
      case "unknown": {
        const arity = await findArity(parsed.name, args, context);
        if (arity === undefined) return "refused";
        found.set(parsed.name, arity);
        break;
      }
      default:
        return parsed.kind;
    }
  }
}

/** Go ends the flags at the first argument that is none; what Go says about a later one would not help. */
function checkStrayFlags(packages: readonly string[]): void {
  const stray = packages.find((word) => /^--?mgo\./.test(word));
  if (stray === undefined) return;
  throw new MgoError(`${stray} stands behind the packages: flags come before them`, { status: 2 });
}

function forward({ stdout, stderr, status }: RunResult): number {
  return printReport({ stdout, stderr, status: status ?? 1 });
}
