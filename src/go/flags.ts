/**
 * The flags of `go build`: which there are, which take a value, and how Go reads them from an argument list.
 *
 * mgo hands them on as they were written. It reads them only to find the few that it must understand (-o, -C,
 * -n, …), to take out its own (`-mgo.…`), and to see where the packages begin.
 */

import { MGO_FLAGS } from "../cli/reference/build-flags.ts";
import type { FlagEntry } from "../cli/reference/types.ts";

/** `bool` flags stand alone or carry `=value`; `value` flags take the next argument if they carry none. */
export type Arity = "bool" | "value";

const BOOL_FLAGS = "a asan buildvcs cover json linkshared modcacherw msan n race trimpath v work x";

const VALUE_FLAGS = `C asmflags buildmode compiler covermode coverpkg gccgoflags gcflags installsuffix ldflags mod
  modfile o overlay p pgo pkgdir tags toolexec debug-actiongraph debug-runtime-trace debug-trace`;

/** Every flag of `go build`, the undocumented `-debug-…` ones too. A test holds it against `go help build`. */
export const GO_BUILD_FLAGS: ReadonlyMap<string, Arity> = new Map([
  ...BOOL_FLAGS.split(/\s+/).map((name): [string, Arity] => [name, "bool"]),
  ...VALUE_FLAGS.split(/\s+/).map((name): [string, Arity] => [name, "value"]),
]);

const SWITCHES: ReadonlySet<string> = new Set(
  (MGO_FLAGS satisfies readonly FlagEntry[] as readonly FlagEntry[])
    .filter(({ value }) => value === undefined)
    .map(({ name }) => name),
);

/** Whether a flag is mgo's own, by its name without dashes: how it is written is for mgo to say. */
export function isOwn(name: string): boolean {
  return name.startsWith("mgo.");
}

/** How a flag of mgo is written. One that mgo does not have is refused later, whatever follows it. */
export function ownArity(name: string): Arity {
  return SWITCHES.has(name) ? "bool" : "value";
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
  /** What follows the flags, with the `--` that ends them if there is one. */
  readonly packages: readonly string[];
}

export type Parsed =
  | Arguments
  /** -h or -help. */
  | { readonly kind: "help" }
  /** A flag that is not in the table: its arity must be found out before the rest can be read. */
  | { readonly kind: "unknown"; readonly name: string }
  /** mgo's own flag at the end, without its value. */
  | { readonly kind: "valueless"; readonly name: string }
  /** Something that Go refuses; Go has the words for it. */
  | { readonly kind: "refused" };

/**
 * Reads an argument list as Go's flag package does: `-x`, `--x`, `-x=v`, `-x v`; the first argument that is no
 * flag ends them, and so does `--`.
 *
 * @param more flags that are not in the table, with their arity
 */
export function parseArguments(
  args: readonly string[],
  more: ReadonlyMap<string, Arity> = new Map(),
): Parsed {
  const flags: Flag[] = [];
  const mgo: Flag[] = [];
  let at = 0;
  for (;;) {
    const word = args[at];
    if (word === undefined || word.length < 2 || !word.startsWith("-") || word === "--") break;
    at++;
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word);
    const name = match?.[1];
    if (name === undefined) return { kind: "refused" };
    const own = isOwn(name);
    const arity = own ? ownArity(name) : (GO_BUILD_FLAGS.get(name) ?? more.get(name));
    if (arity === undefined)
      return name === "h" || name === "help" ? { kind: "help" } : { kind: "unknown", name };

    let value = match?.[2];
    const words = [word];
    if (arity === "bool") {
      value ??= "true";
      if (!own && !isFlagValue(name, value)) return { kind: "refused" };
    } else if (value === undefined) {
      value = args[at++];
      if (value === undefined) return own ? { kind: "valueless", name } : { kind: "refused" };
      words.push(value);
    }
    // Go takes -C out before it reads the others, and refuses it anywhere but in front.
    if (name === "C" && flags.length > 0) return { kind: "refused" };
    (own ? mgo : flags).push({ name, value, words });
  }
  return { kind: "arguments", flags, mgo, packages: args.slice(at) };
}

/**
 * Reads the words of GOFLAGS, where each is a flag of its own (`-x`, `-x=v`) and those that this command does
 * not have are ignored. What Go refuses there it says itself when it runs, so nothing is refused here.
 */
export function parseFlagWords(words: readonly string[]): readonly Flag[] {
  return words.flatMap((word) => {
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word);
    const name = match?.[1];
    if (name === undefined) return [];
    const value = match?.[2] ?? (GO_BUILD_FLAGS.get(name) === "bool" ? "true" : "");
    return [{ name, value, words: [word] }];
  });
}

/** The value that counts, the last one; undefined if the flag is not there. */
export function lastValue(flags: readonly Flag[], name: string): string | undefined {
  return flags.findLast((flag) => flag.name === name)?.value;
}

/** Whether a boolean flag is there and not switched off. */
export function isSet(flags: readonly Flag[], name: string): boolean {
  return readBool(lastValue(flags, name) ?? "false") === true;
}

/** A boolean flag's value as Go reads it; undefined if it is none. */
export function readBool(value: string): boolean | undefined {
  if (TRUE.has(value)) return true;
  return FALSE.has(value) ? false : undefined;
}

/** The arguments that these flags were written as. */
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
