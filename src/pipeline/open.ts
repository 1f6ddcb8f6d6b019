/**
 * The front door of all that builds (`mgo build`, `install`, `run` and `bench`): the command line's
 * arguments, mgo's options, the folder where Go runs, and Go's settings there.
 */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { type CgoSettings, readCgoSettings } from "../go/cgo.ts";
import { architectureOfTarget, type GoEnv, readGoEnv } from "../go/env.ts";
import { findArity } from "../go/find-arity.ts";
import { type Arity, arityOf } from "../go/flag-entry.ts";
import { flagsOf, type GoCommand } from "../go/flag-table.ts";
import { type Arguments, chdirLength, type Flag, isMgoFlag, parseArguments, splitFlag } from "../go/flags.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import type { Context } from "../system/process.ts";
import { writeStderr } from "../system/streams.ts";
import { findMgoFlag, mgoArity } from "./flags.ts";
import { createLiveFilter, type LiveFilter } from "./live.ts";
import { type Options, readOptions } from "./options.ts";
import { type Report, reportOf } from "./report.ts";

/**
 * Reads the arguments of a command of Go's, asking Go about flags that mgo does not know.
 *
 * @returns `refused` for arguments that Go refuses; Go has the words for it
 * @throws MgoError for a flag of mgo's without its value
 */
export async function readGoArguments(
  command: GoCommand,
  args: readonly string[],
  context: Context,
): Promise<Arguments | "help" | "refused"> {
  const table = flagsOf(command);
  const found = new Map<string, Arity>();
  const find = (name: string): Arity | undefined => {
    const row = table.get(name);
    if (isMgoFlag(name)) return mgoArity(name);
    return row === undefined ? found.get(name) : arityOf(row);
  };
  for (;;) {
    const parsed = parseArguments(args, find);
    switch (parsed.kind) {
      case "arguments":
        return parsed;
      case "valueless":
        throw new MgoError(`-${parsed.name} needs a value, as in -${parsed.name}=VALUE`, { status: 2 });
      case "unknown": {
        const arity = await findArity(parsed.name, command, args, context);
        if (arity === undefined) {
          checkPrefix(parsed.name);
          return "refused";
        }
        found.set(parsed.name, arity);
        break;
      }
      default:
        return parsed.kind;
    }
  }
}

/** Refuses a flag of mgo's without its prefix, which Go does not know either. */
function checkPrefix(name: string): void {
  if (findMgoFlag(`mgo.${name}`) === undefined) return;
  throw new MgoError(`unknown flag -${name}`, { hint: `-mgo.${name}`, status: 2 });
}

/** The settings of a build. */
export interface OpenBuild {
  readonly options: Options;
  readonly go: GoEnv;
  /** The `-C` flag as it was written; empty without one. */
  readonly chdir: readonly string[];
  /** The folder where Go runs: -C followed, symbolic links resolved. */
  readonly folder: string;
  /** Shows what Go downloads, while it is asked about packages as well: each line once. */
  readonly onStderrLine: LiveFilter;
}

/**
 * Opens a build.
 *
 * @param mgo mgo's own flags
 * @param words all other arguments
 * @returns Go's words instead where Go fails, for example about a folder that does not exist
 * @throws MgoError for a bad option; when Go is missing or too old
 */
export async function openBuild(
  mgo: readonly Flag[],
  words: readonly string[],
  context: Context,
): Promise<OpenBuild | Report> {
  const optionsFor = (goos: string, goarch: string): Options =>
    readOptions(mgo, context.env, architectureOfTarget({ goos, goarch }) ?? "amd64");
  // Bad flags show before Go is asked, which may have to be downloaded.
  optionsFor("linux", context.env.GOARCH ?? "");
  const chdir = words.slice(0, chdirLength(words));
  const onStderrLine = createLiveFilter((line) => writeStderr(`${line}\n`));
  const go = await readGoEnv(chdir, context, onStderrLine);
  if ("status" in go) return reportOf(go);
  const moved = splitFlag(chdir[0] ?? "")?.value ?? chdir[1] ?? ".";
  const options = optionsFor(go.goos, go.goarch);
  return { options, go, chdir, folder: await realpath(resolve(context.cwd, moved)), onStderrLine };
}

/**
 * Reads the settings of cgo, for -mgo.cgo-march.
 *
 * @param levels those that are built
 * @returns undefined without that flag
 * @throws MgoError naming a compiler that does not know the levels
 */
export async function readCgo(
  { options, go, chdir, folder }: OpenBuild,
  levels: readonly Level[],
  context: Context,
): Promise<CgoSettings | undefined> {
  return options.cgoMarch ? await readCgoSettings(go.go, levels, chdir, folder, context) : undefined;
}
