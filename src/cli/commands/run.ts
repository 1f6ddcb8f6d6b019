/**
 * `mgo run`: `go run` at the level that a bundle would start on this CPU. One level is built, and `go` runs
 * it: mgo has become `go` by then.
 */
import { tmpdir } from "node:os";
import { cgoEnvironment } from "../../go/cgo.ts";
import { architectureOfTarget, findGo, type GoEnv } from "../../go/env.ts";
import { type Arguments, lastValue, wordsOf } from "../../go/flags.ts";
import { quoteWord } from "../../go/quoted.ts";
import {
  type Architecture,
  architectureOf,
  assignment,
  type Level,
  lowestOf,
  variableOf,
} from "../../levels/level.ts";
import { nativeArchitecture, nativeLevels } from "../../levels/native.ts";
import { selectLevel } from "../../levels/select.ts";
import { findLevel } from "../../levels/text.ts";
import { withoutMgoFlags } from "../../pipeline/flags.ts";
import { noteIgnored } from "../../pipeline/ignored.ts";
import { openBuild, readCgo, readGoArguments } from "../../pipeline/open.ts";
import type { Options } from "../../pipeline/options.ts";
import { allFlags } from "../../pipeline/plan.ts";
import { printReport } from "../../pipeline/report.ts";
import { MgoError } from "../../system/error.ts";
import { type Context, type Environment, findProgram } from "../../system/process.ts";
import { writeStderr } from "../../system/streams.ts";
import { becomeGo } from "../become-go.ts";
import { printHelp } from "../print-help.ts";
import { RUN } from "../reference/commands/run.ts";

/**
 * Builds and runs.
 *
 * @param args the arguments behind `run`
 */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const parsed = await readGoArguments("run", args, context);
  if (parsed === "help") return await printHelp(RUN);
  if (parsed === "refused")
    return await becomeGo([findGo(context), "run", ...withoutMgoFlags(args)], context.env);
  const words = [...wordsOf(parsed.flags), ...parsed.packages];
  const build = await openBuild(parsed.mgo, words, context);
  if ("status" in build) return printReport(build);
  const { go, options } = build;
  const architecture = architectureOfTarget(go);
  if (architecture === undefined) return await becomeGo([go.go, "run", ...words], context.env);

  noteIgnored(options, architecture, context.env, false);
  const level = chooseLevel(options, architecture, context.env);
  const cgo = await readCgo(build, [level], context);
  const changed = {
    [variableOf(architecture)]: level,
    ...(cgo === undefined ? {} : cgoEnvironment(cgo, level)),
  };
  const exec = restoringExec(changed, go, parsed, context);
  const flags = exec === undefined ? [] : [`-exec=${exec}`];
  const command = [...wordsOf(parsed.flags), ...flags, ...parsed.packages];
  return await becomeGo([go.go, "run", ...command], { ...context.env, ...changed });
}

function chooseLevel({ levels }: Options, architecture: Architecture, env: Environment): Level {
  const named = findLevel(env[variableOf(architecture)] ?? "");
  const asked = named !== undefined && architectureOf(named) === architecture ? named : undefined;
  // Nothing tells what an emulator's CPU can run (-exec, or go_linux_arm_exec in PATH).
  if (nativeArchitecture() !== architecture) {
    return selectLevel(levels, levels, asked ?? levels[0])?.level ?? levels[0];
  }
  const runnable = runnableLevels(architecture);
  const selection = selectLevel(levels, runnable, asked);
  const cpu = runnable.at(-1);
  if (selection === undefined) {
    throw new MgoError(
      `no variant fits this CPU: -mgo.levels begins with ${levels[0]}, this CPU supports ${cpu}`,
    );
  }
  const { level, isRefused } = selection;
  if (isRefused && asked !== undefined) {
    writeStderr(
      `mgo: ${assignment(asked)} ignored: this CPU supports ${cpu}; running ${assignment(level)}\n`,
    );
  }
  return level;
}

/** Returns the CPU's levels; the one that every CPU has where nothing tells, as without /proc. */
function runnableLevels(architecture: Architecture): readonly Level[] {
  try {
    return nativeLevels(architecture);
  } catch (error) {
    if (error instanceof MgoError) return [lowestOf(architecture)];
    throw error;
  }
}

/**
 * Makes the -exec by which the program gets the environment that mgo was given: the level is not meant for
 * programs that it builds or starts in its turn. `env` stands in front of a user's own -exec.
 *
 * @param changed the variables that `go` itself gets
 * @returns undefined where none is needed or possible
 */
function restoringExec(
  changed: Environment,
  go: GoEnv,
  args: Arguments,
  context: Context,
): string | undefined {
  const own = lastValue(allFlags(go, args), "exec") || (findEmulator(go, context) ?? "");
  const restored = Object.keys(changed)
    .filter((name) => changed[name] !== context.env[name])
    .flatMap((name) => {
      const value = context.env[name];
      return value === undefined ? ["-u", name] : [`${name}=${value}`];
    });
  const words = restored.map(quoteWord);
  // `env` would hand a program that the kernel does not know to a shell.
  if (own === "" && nativeArchitecture() !== architectureOfTarget(go)) return undefined;
  if (restored.length === 0 || words.includes(undefined)) return undefined;
  // `env` would take a program whose path has a = for a variable.
  const places = [go.gotmpdir || context.env.TMPDIR || tmpdir(), go.gocache, ...args.packages.slice(0, 1)];
  if (own === "" && places.some((place) => place.includes("="))) return undefined;
  if (findProgram("env", context.env, context) === undefined) return undefined;
  return ["env", ...words, own].join(" ").trimEnd();
}

/** Finds the program by which Go runs those of another system without -exec (`go help run`), quoted. */
function findEmulator({ goos, goarch, settings }: GoEnv, context: Context): string | undefined {
  if (goos === settings.GOHOSTOS && goarch === settings.GOHOSTARCH) return undefined;
  const path = findProgram(`go_${goos}_${goarch}_exec`, context.env, context);
  return path === undefined ? undefined : quoteWord(path);
}
