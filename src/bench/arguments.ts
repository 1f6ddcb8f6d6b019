/** Arguments of `mgo bench`: mgo's own flags, among those of `go test`, which are handed on as written. */
import { arityOf } from "../go/flag-entry.ts";
import { flagsOf } from "../go/flag-table.ts";
import { type Flag, isMgoFlag, splitFlag } from "../go/flags.ts";
import { mgoArity } from "../pipeline/flags.ts";
import { MgoError } from "../system/error.ts";

/** The least that benchstat recommends. */
const DEFAULT_ROUNDS = 10;

/** Go's exit status for a command line that it does not understand. */
const USAGE = { status: 2 };

export interface BenchArguments {
  /** The page to write, if any. */
  readonly html: string | undefined;
  readonly json: boolean;
  /** A shell command, in which `{}` stands for a variant. */
  readonly exec: string | undefined;
  /** Runs of each level. */
  readonly rounds: number;
  /** The flags `-mgo.…`. */
  readonly mgo: readonly Flag[];
  /** All arguments but mgo's own, in order. */
  readonly words: readonly string[];
  /** The values of Go's flags among `words`, by names without dashes and `test.`. */
  readonly flags: ReadonlyMap<string, string>;
  /** Flags among `words` that Go does not know, which are for the test programs. */
  readonly unknown: readonly string[];
  /** Packages, or a bundle. */
  readonly operands: readonly string[];
}

const OWN = new Set(["html", "json", "exec", "count"]);

/**
 * Reads the arguments as `go test` does: flags may follow packages, and all that follows -args is for the
 * test programs.
 *
 * @throws MgoError for a flag without its value, with a bad one, or that does not go with measuring
 */
export function readArguments(args: readonly string[]): BenchArguments | "help" {
  const known = flagsOf("test");
  const own = new Map<string, string>();
  const flags = new Map<string, string>();
  const mgo: Flag[] = [];
  const words: string[] = [];
  const unknown: string[] = [];
  const operands: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    if (/^--?args$/.test(word)) {
      words.push(...args.slice(at));
      break;
    }
    const split = splitFlag(word);
    if (split === undefined) {
      words.push(word);
      operands.push(word);
      continue;
    }
    const name = split.name.replace(/^test\./, "");
    if (/^(?:h|help)$/.test(name)) return "help";
    const isMgo = isMgoFlag(name);
    const row = known.get(name);
    const arity = isMgo ? mgoArity(name) : row && arityOf(row);
    const takesValue = name === "html" || arity === "value";
    const isApart = takesValue && split.value === undefined;
    const value = isApart ? args[at + 1] : (split.value ?? "true");
    if (value === undefined) {
      throw new MgoError(`bench: -${name} needs a value, as in -${name}=VALUE`, USAGE);
    }
    const written = isApart ? [word, value] : [word];
    if (isApart) at++;
    if (isMgo) mgo.push({ name, value, words: written });
    else if (OWN.has(name)) own.set(name, value);
    else {
      if (row?.benchRefusal !== undefined) throw new MgoError(`bench: -${name}: ${row.benchRefusal}`, USAGE);
      if (row !== undefined) flags.set(name, value);
      else unknown.push(word);
      words.push(...written);
    }
  }
  const json = own.get("json");
  return {
    html: own.get("html"),
    json: json !== undefined && json !== "false",
    exec: own.get("exec"),
    rounds: readRounds(own.get("count")),
    mgo,
    words,
    flags,
    unknown,
    operands,
  };
}

function readRounds(text: string | undefined): number {
  if (text === undefined) return DEFAULT_ROUNDS;
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new MgoError(`bench: -count=${text}: it may be a number from 1 to 9999`, USAGE);
}
