/**
 * The arguments of mgo's own commands: pack, inspect, extract, verify.
 */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { MgoError } from "../error.ts";
import { isLevel, LEVELS, type Level } from "../level.ts";

/**
 * Parses flags and file names. Long flags may have one dash, as Go's have, or two.
 *
 * @param command its name, for messages
 * @throws MgoError for an unknown flag or a missing value
 */
export function parseArguments<T extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: T,
) {
  try {
    const { values, positionals } = parseArgs({
      args: twoDashes(args),
      options,
      allowPositionals: true,
      strict: true,
    });
    return { values, files: positionals };
  } catch (error) {
    // parseArgs explains in its first sentence and goes on with advice on how to quote.
    const reason = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new MgoError(`${command}: ${reason}`, {
      hint: "mgo --help lists the flags",
      cause: error,
      status: 2,
    });
  }
}

/** Go's spellings in those of parseArgs: `-json` is `--json`, and `-o=x` is `-o x`. */
function twoDashes(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.flatMap((arg, index) => {
    if (end >= 0 && index >= end) return [arg];
    if (/^--?o=/.test(arg)) return ["-o", arg.slice(arg.indexOf("=") + 1)];
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
      hint: "mgo --help shows how",
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
