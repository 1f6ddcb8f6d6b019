/**
 * `mgo run`: `go run` at the level that a bundle would start on this CPU. One level is built, and `go` runs it: mgo
 * has become `go` by then.
 */
import { realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { cgoEnvironment, readCompilers } from "../../go/cgo.ts";
import { findGo, type GoEnv, readGoEnv } from "../../go/env.ts";
import { type Arguments, lastValue, wordsOf } from "../../go/flags.ts";
import { quoteWord } from "../../go/quoted.ts";
import { isLevel, type Level } from "../../levels/level.ts";
import { nativeLevel } from "../../levels/native.ts";
import { selectLevel } from "../../levels/select.ts";
import { withoutMgoFlags } from "../../pipeline/flags.ts";
import { createLiveFilter } from "../../pipeline/live.ts";
import { type Options, readOptions } from "../../pipeline/options.ts";
import { allFlags, isOurs, readVerbosity } from "../../pipeline/plan.ts";
import { MgoError } from "../../system/error.ts";
import { type Context, type Environment, findProgram } from "../../system/process.ts";
import { writeStderr } from "../../system/streams.ts";
import { becomeGo, forward, readGoArguments } from "../go-arguments.ts";
import { printHelp } from "../print-help.ts";
import { RUN } from "../reference/commands/run.ts";

/** @param args what follows `run` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const parsed = await readGoArguments("run", args, context);
  if (parsed === "help") return await printHelp(RUN);
  // Go says why.
  if (parsed === "refused")
    return await becomeGo([findGo(context), "run", ...withoutMgoFlags(args)], context.env);
  const options = readOptions(parsed.mgo, context.env);
  const words = [...wordsOf(parsed.flags), ...parsed.packages];
  if (process.platform !== "linux" || process.arch !== "x64")
    return await becomeGo([findGo(context), "run", ...words], context.env);

  const chdir = parsed.flags[0]?.name === "C" ? parsed.flags[0] : undefined;
  const print = (line: string): void => void writeStderr(`${line}\n`);
  const go = await readGoEnv(chdir?.words ?? [], context, createLiveFilter(readVerbosity([]), print));
  if ("status" in go) return forward(go);
  if (!isOurs(go)) return await becomeGo([go.go, "run", ...words], context.env);

  const level = chooseLevel(options, context.env, print);
  const changed: Record<string, string> = { GOAMD64: level };
  if (options.cgoMarch) {
    const folder = await realpath(resolve(context.cwd, chdir?.value ?? "."));
    const cgo = await readCompilers(go, [level], chdir?.words ?? [], folder, context);
    Object.assign(changed, cgoEnvironment(cgo, level));
  }
  const exec = restoringExec(changed, go, parsed, context);
  const flags = exec === undefined ? [] : [`-exec=${exec}`];
  const command = [...wordsOf(parsed.flags), ...flags, ...parsed.packages];
  return await becomeGo([go.go, "run", ...command], { ...context.env, ...changed });
}

function chooseLevel({ levels }: Options, env: Environment, print: (line: string) => void): Level {
  const asked = env.GOAMD64 ?? "";
  const cpu = cpuLevel();
  const selection = selectLevel(levels, cpu, isLevel(asked) ? asked : undefined);
  if (selection === undefined) {
    throw new MgoError(
      `no variant fits this CPU: -mgo.levels begins with ${levels[0]}, this CPU supports ${cpu}`,
    );
  }
  const { level, isRefused } = selection;
  if (isRefused) print(`mgo: GOAMD64=${asked} ignored: this CPU supports ${cpu}; running GOAMD64=${level}`);
  return level;
}

/** Where nothing tells, as without /proc, it is the level that every CPU has. */
function cpuLevel(): Level {
  try {
    return nativeLevel();
  } catch (error) {
    if (error instanceof MgoError) return "v1";
    throw error;
  }
}

/**
 * The -exec by which the program gets the environment that mgo was given: the level is not for what the program
 * builds or starts in its turn. In front of a user's own -exec, `env` changes nothing for it either.
 *
 * @param changed the variables that `go` itself is to have
 * @returns undefined where none is needed, or can be
 */
function restoringExec(
  changed: Environment,
  go: GoEnv,
  args: Arguments,
  context: Context,
): string | undefined {
  const own = lastValue(allFlags(go, args), "exec") ?? "";
  const restored = Object.keys(changed)
    .filter((name) => changed[name] !== context.env[name])
    .flatMap((name) => {
      const value = context.env[name];
      return value === undefined ? ["-u", name] : [`${name}=${value}`];
    });
  const words = restored.map(quoteWord);
  if (restored.length === 0 || words.includes(undefined)) return undefined;
  // `env` would take a program whose path has a = for a variable.
  const places = [go.gotmpdir || context.env.TMPDIR || tmpdir(), go.gocache, ...args.packages.slice(0, 1)];
  if (own === "" && places.some((place) => place.includes("="))) return undefined;
  if (findProgram("env", context.env, context) === undefined) return undefined;
  return ["env", ...words, own].join(" ").trimEnd();
}
