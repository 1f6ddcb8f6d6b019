/**
 * What the reference is made of: mgo's commands, flags, variables and exit statuses as data. The help text, the man
 * page and the shell completions are made from it, and the command line's parsers read it.
 *
 * Texts are sentences without line breaks. What is literal stands in backquotes: the man page sets it in bold, the
 * help text leaves the backquotes out. In what is literal, words in capitals (FILE) stand for something.
 */
import type { FlagEntry, Value } from "../../go/flag-entry.ts";

export type { FlagEntry, Value };

export interface CommandEntry {
  readonly name: string;
  /** What stands behind `mgo`. */
  readonly synopsis: string;
  /** What it does, in help's list of commands. */
  readonly summary: string;
  /** Paragraphs that `mgo help NAME` and the man page add. */
  readonly details?: readonly string[];
  /** Its own flags. */
  readonly flags: readonly FlagEntry[];
  /** Whether the flags of `go build` and mgo's own for builds go along with it. */
  readonly isBuild?: true;
  /** What its arguments are; without, it has none. */
  readonly operands?: Value;
}

export interface VariableEntry {
  readonly name: string;
  /** A value that it may have, and that the entry is about. */
  readonly value?: string;
  readonly summary: string;
}

export interface StatusEntry {
  readonly status: number;
  /** As launcher/fatal.zig calls it; of mgo's own statuses, none. */
  readonly name?: string;
  readonly summary: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** The values that parsing a command's flags gives: text where a flag takes something, else whether it is there. */
export type FlagValues<Flags extends readonly FlagEntry[]> = {
  readonly [Entry in Flags[number] as Entry["name"]]?: Entry extends { readonly value: Value }
    ? string
    : boolean;
};
