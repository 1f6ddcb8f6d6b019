/** How entries are written on a command line. */
import type { FlagEntry, VariableEntry } from "./types.ts";

/** `--json`, `-o OUT`, `--level v3`, `-mgo.base=v3`: as help shows a flag. */
export function writtenFlag(flag: FlagEntry): string {
  const shown = flag.shown ?? "";
  if (flag.short !== undefined) return `-${flag.short} ${shown}`.trimEnd();
  if (flag.style === "go") return `-${flag.name}${flag.value === undefined ? "" : `=${shown}`}`;
  return `--${flag.name} ${shown}`.trimEnd();
}

/** `MGOCACHE`, `MGODEBUG=log`. */
export function writtenVariable({ name, value }: VariableEntry): string {
  return value === undefined ? name : `${name}=${value}`;
}
