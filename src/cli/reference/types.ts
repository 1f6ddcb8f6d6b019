/**
 * The reference: mgo's commands, flags, variables and exit statuses as data. The help text, the man page and
 * the completions are made from it, and the parsers of the command line read it.
 *
 * Texts are sentences without line breaks. Backquotes enclose literal text, in which words in capitals (FILE)
 * are placeholders. The man page sets it in bold; the help text drops the backquotes.
 */
import type { FlagEntry, Value } from "../../go/flag-entry.ts";

export type { FlagEntry, Value };

export interface CommandEntry {
  readonly name: string;
  /** The words after `mgo`, with placeholders. */
  readonly synopsis: string;
  /** A phrase for the list of commands. */
  readonly summary: string;
  /** Paragraphs that `mgo help NAME` and the man page add. */
  readonly details?: readonly string[];
  /** Its own flags. */
  readonly flags: readonly FlagEntry[];
  /** Whether it also takes the flags of `go build`, and mgo's own for builds. */
  readonly isBuild?: true;
  /** The kind of its operands, if it takes any. */
  readonly operands?: Value;
}

export interface VariableEntry {
  readonly name: string;
  /** The value that the entry is about, if it is about one. */
  readonly value?: string;
  readonly summary: string;
}

export interface StatusEntry {
  readonly status: number;
  /** Its name in launcher/fatal.zig; mgo's own statuses have none. */
  readonly name?: string;
  readonly summary: string;
  /** Something to do about it. */
  readonly remedy?: string;
}

/** A command's parsed flags: the text of a value, or whether a switch is there. */
export type FlagValues<Flags extends readonly FlagEntry[]> = {
  readonly [Entry in Flags[number] as Entry["name"]]?: Entry extends { readonly value: Value }
    ? string
    : boolean;
};
