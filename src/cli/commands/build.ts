/**
 * `mgo build` and `mgo install`: from their arguments to a plan, which src/pipeline/execute.ts carries out.
 */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { readCompilers } from "../../go/cgo.ts";
import { type GoEnv, readGoEnv } from "../../go/env.ts";
import { wordsOf } from "../../go/flags.ts";
import { listPackages, type Package } from "../../go/list.ts";
import type { Level } from "../../levels/level.ts";
import { executePlan, printReport } from "../../pipeline/execute.ts";
import { hasVersion, isCross } from "../../pipeline/install.ts";
import { createLiveFilter } from "../../pipeline/live.ts";
import { readOptions } from "../../pipeline/options.ts";
import {
  allFlags,
  checkTarget,
  commonPlan,
  type GoCommand,
  isOurs,
  makePlan,
  type Plan,
  readVerbosity,
} from "../../pipeline/plan.ts";
import { explainArguments } from "../../pipeline/refusal.ts";
import { type LevelOutput, makeReport } from "../../pipeline/report.ts";
import { MgoError } from "../../system/error.ts";
import type { Context, RunResult } from "../../system/process.ts";
import { writeStderr } from "../../system/streams.ts";
import { becomeGo, forward, readGoArguments } from "../go-arguments.ts";
import { printHelp } from "../print-help.ts";
import { BUILD } from "../reference/commands/build.ts";
import { INSTALL } from "../reference/commands/install.ts";
import type { CommandEntry } from "../reference/types.ts";

/**
 * Builds.
 *
 * @param args what follows `build`
 * @returns the exit status, Go's own where Go refuses
 */
export async function run(args: readonly string[], context: Context): Promise<number> {
  return await make("build", BUILD, args, context);
}

/** Builds, and puts bundles where `go install` puts executables. */
export async function install(args: readonly string[], context: Context): Promise<number> {
  return await make("install", INSTALL, args, context);
}

async function make(
  command: GoCommand,
  entry: CommandEntry,
  args: readonly string[],
  context: Context,
): Promise<number> {
  const parsed = await readGoArguments(command, args, context);
  if (parsed === "help") return await printHelp(entry);
  if (parsed === "refused") return printReport(await explainArguments(command, args, context));
  checkStrayFlags(parsed.packages);
  const options = readOptions(parsed.mgo, context.env);
  const chdir = parsed.flags[0]?.name === "C" ? parsed.flags[0] : undefined;
  const print = (line: string): void => void writeStderr(`${line}\n`);
  const live = createLiveFilter(readVerbosity([]), print);
  const go = await readGoEnv(chdir?.words ?? [], context, live);
  if ("status" in go) return forward(go);
  if (options.elsewhere && !isOurs(go)) {
    await becomeGo([go.go, command, ...wordsOf(parsed.flags), ...parsed.packages], context.env);
  }
  const flags = allFlags(go, parsed);
  checkTarget(go, flags);
  const folder = await realpath(resolve(context.cwd, chdir?.value ?? "."));
  const cgo = options.cgoMarch
    ? await readCompilers(go, options.levels, chdir?.words ?? [], folder, context)
    : undefined;

  const { names } = readVerbosity(flags);
  const amd64 = context.env.GOAMD64;
  if (names && amd64 !== undefined && amd64 !== "") {
    print(`mgo: GOAMD64=${amd64} in the environment is ignored: -mgo.levels names the levels`);
  }
  const place = { cwd: context.cwd, folder, cgo };
  if (command === "install" && hasVersion(parsed.packages)) {
    return await executePlan(await makePlan(command, options, go, parsed, [], place), { ...context, folder });
  }
  // Build tags such as amd64.v3 may tell the levels' packages apart.
  const listed = await Promise.all(
    options.levels.map(async (level): Promise<Listed> => {
      const at = { ...context, env: { ...context.env, GOAMD64: level } };
      return { level, context: at, packages: await listPackages(go.go, parsed, at, live) };
    }),
  );
  if (listed.some(({ packages }) => "status" in packages)) {
    const outputs = await Promise.all(listed.map((list) => explainListed(command, args, list)));
    return printReport(makeReport(outputs, readVerbosity(flags), []));
  }
  if (command === "install") {
    if (isOfGo(listed)) {
      await becomeGo([go.go, command, ...wordsOf(parsed.flags), ...parsed.packages], context.env);
    }
    checkInstalled(go, listed);
  }

  const plans = await Promise.all(
    listed.map(async ({ level, packages }): Promise<[Level, Plan]> => {
      const found = "status" in packages ? [] : packages;
      return [level, await makePlan(command, options, go, parsed, found, place)];
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

function packagesOf(listed: readonly Listed[]): readonly Package[] {
  return listed.flatMap(({ packages }) => ("status" in packages ? [] : packages));
}

async function explainListed(
  command: GoCommand,
  args: readonly string[],
  listed: Listed,
): Promise<LevelOutput> {
  const { level, context, packages } = listed;
  const report = "status" in packages ? await explainArguments(command, args, context, packages) : SILENT;
  return { level, ...report, killed: false };
}

/** Whether all programs are Go's own, such as cmd/vet: Go finds them by their build IDs. */
function isOfGo(listed: readonly Listed[]): boolean {
  const mains = packagesOf(listed).filter(({ name }) => name === "main");
  return mains.length > 0 && mains.every(({ goroot }) => goroot);
}

/**
 * Refuses what `go install` would put where mgo cannot: in Go's own folders, or, in GOPATH mode, in other folders
 * than that of GOPATH's first entry.
 */
function checkInstalled(go: GoEnv, listed: readonly Listed[]): void {
  const own = packagesOf(listed).find(({ goroot, name }) => goroot && name === "main");
  if (own !== undefined) {
    throw new MgoError(`${own.importPath} belongs to Go itself, whose programs mgo does not replace`, {
      hint: `go install ${own.importPath} installs it`,
    });
  }
  if (!isCross(go) || go.modules) return;
  throw new MgoError("mgo install in GOPATH mode works on linux/amd64 only", {
    hint: "use modules, or mgo build -o",
  });
}

const SILENT = { stdout: "", stderr: "", status: 0 };

/** Go ends the flags at the first argument that is none; what Go says about a later one would not help. */
function checkStrayFlags(packages: readonly string[]): void {
  const stray = packages.find((word) => /^--?mgo\./.test(word));
  if (stray === undefined) return;
  throw new MgoError(`${stray} stands behind the packages: flags come before them`, { status: 2 });
}
