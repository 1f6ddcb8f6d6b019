/**
 * Argument lists of Go's commands, read as Go reads them.
 *
 * mgo hands Go's flags on as they were written. It reads them only to find the few that it must understand
 * (-o, -C, -n, …), to take out its own (`-mgo.…`), and to see where the packages begin.
 */

import type { Environment } from "../system/process.ts";
import { type Arity, arityOf } from "./flag-entry.ts";
import { FILE_VARIABLES, flagsOf } from "./flag-table.ts";

/** Returns whether a flag, named without dashes, is mgo's own. */
export function isMgoFlag(name: string): boolean {
  return name.startsWith("mgo.");
}

/** One flag of an argument list. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  /** `true` where a boolean flag stands alone. */
  readonly value: string;
  /** The arguments that it was written as: one or two. */
  readonly words: readonly string[];
}

/** An argument list, read. */
export interface Arguments {
  readonly kind: "arguments";
  /** Go's flags in their order. */
  readonly flags: readonly Flag[];
  /** mgo's own, whose names begin with `mgo.`, in their order. */
  readonly mgo: readonly Flag[];
  /** All behind the flags, with the `--` that ends them if there is one. */
  readonly packages: readonly string[];
}

export type Parsed =
  | Arguments
  /** -h or -help. */
  | { readonly kind: "help" }
  /** An unknown flag: its arity must be found out before the rest can be read. */
  | { readonly kind: "unknown"; readonly name: string }
  /** mgo's own flag at the end, without its value. */
  | { readonly kind: "valueless"; readonly name: string }
  /** Something that Go refuses; Go has the words for it. */
  | { readonly kind: "refused" };

/**
 * Splits a flag into its name without dashes and the value behind `=`; undefined for a word that is no flag.
 */
export function splitFlag(word: string): { readonly name: string; readonly value?: string } | undefined {
  const [, name, value] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (name === undefined) return undefined;
  return value === undefined ? { name } : { name, value };
}

/**
 * Reads an argument list as Go's flag package does: `-x`, `--x`, `-x=v`, `-x v`; the first argument that is
 * no flag ends them, and so does `--`.
 *
 * @param find a flag's arity; undefined for one that it does not know
 */
export function parseArguments(args: readonly string[], find: (name: string) => Arity | undefined): Parsed {
  const flags: Flag[] = [];
  const mgo: Flag[] = [];
  let at = 0;
  for (;;) {
    const word = args[at];
    if (word === undefined || word.length < 2 || !word.startsWith("-") || word === "--") break;
    at++;
    const split = splitFlag(word);
    if (split === undefined) return { kind: "refused" };
    const { name } = split;
    const isMgo = isMgoFlag(name);
    const arity = find(name);
    if (arity === undefined)
      return name === "h" || name === "help" ? { kind: "help" } : { kind: "unknown", name };

    let { value } = split;
    const words = [word];
    if (arity === "bool") {
      value ??= "true";
      if (!isMgo && !isFlagValue(name, value)) return { kind: "refused" };
    } else if (value === undefined) {
      value = args[at++];
      if (value === undefined) return isMgo ? { kind: "valueless", name } : { kind: "refused" };
      words.push(value);
    }
    // Go takes -C out before it reads the others, and refuses it anywhere but in front.
    if (name === "C" && flags.length > 0) return { kind: "refused" };
    (isMgo ? mgo : flags).push({ name, value, words });
  }
  return { kind: "arguments", flags, mgo, packages: args.slice(at) };
}

/** Counts the arguments of the -C that Go wants in front of all others: 0, 1 or 2. */
export function chdirLength(args: readonly string[]): number {
  const { name, value } = splitFlag(args[0] ?? "") ?? {};
  if (name !== "C") return 0;
  return value === undefined ? Math.min(2, args.length) : 1;
}

/**
 * Reads the words of GOFLAGS. Each is a flag of its own (`-x`, `-x=v`), and Go ignores those that a command
 * does not have. Nothing is refused here: Go does that itself when it runs.
 */
export function parseFlagWords(words: readonly string[]): readonly Flag[] {
  const known = flagsOf("build");
  return words.flatMap((word) => {
    const split = splitFlag(word);
    if (split === undefined) return [];
    const row = known.get(split.name);
    const alone = row !== undefined && arityOf(row) === "bool" ? "true" : "";
    return [{ name: split.name, value: split.value ?? alone, words: [word] }];
  });
}

/** Returns the value that counts, the last one; undefined without the flag. */
export function lastValue(flags: readonly Flag[], name: string): string | undefined {
  return flags.findLast((flag) => flag.name === name)?.value;
}

/** Returns whether a boolean flag is there and not switched off. */
export function isSet(flags: readonly Flag[], name: string): boolean {
  return readBool(lastValue(flags, name) ?? "false") === true;
}

/** Reads a boolean flag's value as Go does; undefined if it is none. */
export function readBool(value: string): boolean | undefined {
  if (TRUE.has(value)) return true;
  return FALSE.has(value) ? false : undefined;
}

/** Returns whether flags of a build or variables name a file that Go or its tools write beside the output. */
export function writesFiles(flags: readonly Flag[], env: Environment): boolean {
  const known = flagsOf("build");
  const isNamed = ({ name, value }: Flag): boolean => {
    const writes = known.get(name)?.writesFile;
    return writes === true ? value !== "" : writes?.test(value) === true;
  };
  return flags.some(isNamed) || [...FILE_VARIABLES].some(([name, values]) => values.test(env[name] ?? ""));
}

/** Returns the arguments that flags were written as. */
export function wordsOf(flags: readonly Flag[]): readonly string[] {
  return flags.flatMap((flag) => flag.words);
}

// strconv.ParseBool's spellings.
const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

function isFlagValue(name: string, value: string): boolean {
  if (name === "buildvcs" && (value === "" || value === "auto")) return true;
  return readBool(value) !== undefined;
}
