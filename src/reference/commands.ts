/** mgo's commands, in the order that help lists them. A new one is a file in commands/ and a line here. */
import { BUILD } from "./commands/build.ts";
import { EXTRACT } from "./commands/extract.ts";
import { INSPECT } from "./commands/inspect.ts";
import { PACK } from "./commands/pack.ts";
import { VERIFY } from "./commands/verify.ts";
import type { CommandEntry, FlagEntry } from "./types.ts";

export const COMMANDS = [BUILD, PACK, INSPECT, EXTRACT, VERIFY] as const satisfies readonly CommandEntry[];

/** What a command of mgo is called: `build`, `pack`. src/cli.ts has a function for each. */
export type CommandName = (typeof COMMANDS)[number]["name"];

/** The flags that stand in a command's place. */
export const FLAGS_ALONE = [
  { name: "version", summary: "print mgo's version" },
  { name: "help", summary: "print this text" },
] as const satisfies readonly FlagEntry[];
