/**
 * The arguments of mgo's own commands but `build`, which takes those of go: pack, inspect, extract, verify.
 */
import { parseArgs } from "node:util";
import { splitFlag } from "../go/flags.ts";
import { isLevel, LEVELS, type Level } from "../levels/level.ts";
import { findMgoFlag } from "../pipeline/flags.ts";
import { MgoError } from "../system/error.ts";
import type { CommandEntry, FlagEntry, FlagValues } from "./reference/types.ts";

/**
 * Parses a command's flags, as the reference has them, and file names. Long flags may have one dash, as Go's have,
 * or two.
 *
 * @throws MgoError for an unknown flag or a missing value
 */
export function parseArguments<Command extends CommandEntry>(
  { name, flags }: Command,
  args: readonly string[],
): { readonly values: FlagValues<Command["flags"]>; readonly files: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: twoDashes(args, flags),
      options: Object.fromEntries(flags.map((flag) => [flag.name, optionOf(flag)])),
      allowPositionals: true,
      strict: true,
    });
    // Of the types that optionOf gave them.
    return { values: values as FlagValues<Command["flags"]>, files: positionals };
  } catch (error) {
    // parseArgs explains in its first sentence and goes on with advice on how to quote.
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new MgoError(`${name}: ${reason}`, {
      hint: `mgo help ${name} lists the flags`,
      cause: error,
      status: 2,
    });
  }
}

function optionOf({ short, value }: FlagEntry): { type: "string" | "boolean"; short?: string } {
  return { type: value === undefined ? "boolean" : "string", ...(short === undefined ? {} : { short }) };
}

/**
 * Go's spellings in those of parseArgs: `-json` is `--json`, `-o=x` is `-o x`, and `-mgo.layout` is `--layout` where
 * the command has that flag of builds.
 */
function twoDashes(args: readonly string[], flags: readonly FlagEntry[]): string[] {
  const end = args.indexOf("--");
  return args.flatMap((arg, index) => {
    if (end >= 0 && index >= end) return [arg];
    if (/^--?o=/.test(arg)) return ["-o", arg.slice(arg.indexOf("=") + 1)];
    const name = findMgoFlag(splitFlag(arg)?.name ?? "");
    if (flags.some((flag) => flag.name === name)) return [arg.replace(/^--?mgo\./, "--")];
    return [/^-[a-z]{2}/.test(arg) ? `-${arg}` : arg];
  });
}

/**
 * The one file that a command takes.
 *
 * @throws MgoError if there is none, or more than one
 */
export function singleFile(command: string, files: readonly string[]): string {
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new MgoError(`${command} takes one file, not ${files.length}`, {
      hint: `mgo help ${command} shows how`,
      status: 2,
    });
  }
  return file;
}

/** @throws MgoError if the text is no level */
export function parseLevel(flag: string, text: string): Level {
  if (isLevel(text)) return text;
  throw new MgoError(`${flag}: ${text} is no level: it takes ${LEVELS.join(", ")}`, { status: 2 });
}
