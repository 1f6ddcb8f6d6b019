/** How the reference's entries are written, on a command line and as plain text. */
import type { FlagEntry, VariableEntry } from "./types.ts";

/** A flag as help shows it: `--json`, `-o OUT`, `--level v3`, `-mgo.base=v3`. */
export function formatFlag({ name, short, style, value, shown = "" }: FlagEntry): string {
  if (short !== undefined) return `-${short} ${shown}`.trimEnd();
  if (style === "go") return value === undefined ? `-${name}` : `-${name}=${shown}`;
  return `--${name} ${shown}`.trimEnd();
}

/** `MGOCACHE`, `MGODEBUG=log`. */
export function formatVariable({ name, value }: VariableEntry): string {
  return value === undefined ? name : `${name}=${value}`;
}

/** Takes backquotes out, or makes them double quotes where a literal would read as a word of the text. */
export function formatPlain(text: string): string {
  return text.replaceAll(/`([^`]*)`/g, (_, literal: string) =>
    /^(?:#.*|[a-z]+|-)$/.test(literal) ? `"${literal}"` : literal,
  );
}

/** Joins words in brackets, and a flag of one letter with its value, by no-break spaces. */
export function glue(text: string): string {
  return text.replaceAll(/\[[^\]]*\]|-[a-z] [A-Z]+/g, (found) => found.replaceAll(" ", "\u00a0"));
}

/** A summary as a sentence; one that begins with a choice's name (`packed: …`) keeps its case. */
export function formatSentence(text: string): string {
  return /^\w+:/.test(text) ? `${text}.` : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
