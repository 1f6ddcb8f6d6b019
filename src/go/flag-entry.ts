/** Flags as data, which the parsers of the command line, help, the man page and completions read. */

/** A kind of value or operand, for completion. */
export type Value =
  /** One of these. */
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** A level, or several, separated by commas. */
  | { readonly kind: "level" | "levels" }
  /** Go packages: folders, and files that end in `.go`. */
  | { readonly kind: "packages" }
  | { readonly kind: "file" | "folder" | "text" };

/** `bool` flags stand alone or carry `=value`; `value` flags take the next argument if they carry none. */
export type Arity = "bool" | "value";

export interface FlagEntry {
  /** Without dashes: `mgo.levels`, `level`. */
  readonly name: string;
  /** One letter, which help shows in place of the name. */
  readonly short?: string;
  /** `-name=VALUE`, as go's flags are written; else `--name VALUE`. */
  readonly style?: "go";
  /** The kind of its value; a flag without one is a switch. */
  readonly value?: Value;
  /** The value as help shows it: `FILE`, `v1,v2,v3,v4`. */
  readonly shown?: string;
  /** Its purpose and its default. */
  readonly summary: string;
}

export function arityOf({ value }: Pick<FlagEntry, "value">): Arity {
  return value === undefined ? "bool" : "value";
}
