/**
 * What the reference is made of: mgo's commands, flags, variables and exit statuses as data. The help text, the man
 * page and the shell completions are made from it, and the command line's parsers read it.
 *
 * Texts are sentences without line breaks. What is literal stands in backquotes: the man page sets it in bold, the
 * help text leaves the backquotes out. In what is literal, words in capitals (FILE) stand for something.
 */

/** What may stand as a value or an operand: shells complete it. */
export type Value =
  /** One of these. */
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** Some of these, separated by commas. */
  | { readonly kind: "list"; readonly choices: readonly string[] }
  /** Go packages: folders, and files that end in `.go`. */
  | { readonly kind: "packages" }
  | { readonly kind: "file" | "folder" | "text" };

export interface FlagEntry {
  /** Without dashes: `mgo.levels`, `level`. */
  readonly name: string;
  /** One letter, which help shows in place of the name. */
  readonly short?: string;
  /** `-name=VALUE`, as go's flags are written; else `--name VALUE`. */
  readonly style?: "go";
  /** What the flag takes; one that takes nothing is a switch. */
  readonly value?: Value;
  /** The value as help shows it: `FILE`, `v1,v2,v3,v4`. */
  readonly shown?: string;
  /** What it is for, and its default. */
  readonly summary: string;
}

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
