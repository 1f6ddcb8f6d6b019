/**
 * Arguments of the commands that take none of Go's flags: pack, inspect, extract, verify, completion, man,
 * license.
 */
import { parseArgs } from "node:util";
import { splitFlag } from "../go/flags.ts";
import { type Architecture, type Level, plainLevelsOf } from "../levels/level.ts";
import { findLevel } from "../levels/text.ts";
import { findMgoFlag } from "../pipeline/flags.ts";
import { MgoError } from "../system/error.ts";
import type { CommandEntry, FlagEntry, FlagValues } from "./reference/types.ts";

/**
 * Parses the flags that the reference lists for a command, and file names. Long flags may have one dash, as
 * in Go, or two.
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
    // optionOf gives each flag the type that FlagValues has.
    return { values: values as FlagValues<Command["flags"]>, files: positionals };
  } catch (error) {
    // The first sentence of parseArgs is the reason; the others advise on quoting.
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new MgoError(`${name}: ${reason}`, {
      hint: `mgo help ${name}`,
      cause: error,
      status: 2,
    });
  }
}

function optionOf({ short, value }: FlagEntry): { type: "string" | "boolean"; short?: string } {
  return { type: value === undefined ? "boolean" : "string", ...(short === undefined ? {} : { short }) };
}

/**
 * Rewrites Go's spellings for parseArgs: `-json` to `--json`, `-o=x` to `-o x`, and `-mgo.layout` to
 * `--layout` if the command has that flag.
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
 * Returns the one file that a command takes.
 *
 * @throws MgoError if there is none, or more than one
 */
export function singleFile(command: string, files: readonly string[]): string {
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new MgoError(`${command} takes one file, not ${files.length}`, {
      hint: `mgo help ${command}`,
      status: 2,
    });
  }
  return file;
}

/**
 * Returns the value of `-o`.
 *
 * @throws MgoError if it is missing
 */
export function requireOutput(command: string, output: string | undefined): string {
  if (output !== undefined) return output;
  throw new MgoError(`${command}: missing -o OUTPUT`, { hint: `mgo help ${command}`, status: 2 });
}

/**
 * @param flag names the text in messages
 * @param architecture whose levels a message lists
 * @throws MgoError if the text is no level
 */
export function parseLevel(flag: string, text: string, architecture: Architecture): Level {
  const level = findLevel(text);
  if (level !== undefined) return level;
  const levels = plainLevelsOf(architecture).join(", ");
  throw new MgoError(`${flag}: unknown level ${text}: it may be ${levels}`, { status: 2 });
}
