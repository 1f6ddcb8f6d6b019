/** mgo's commands, in the order that help lists them. A new one is a file in commands/ and a line here. */
import { BENCH } from "./commands/bench.ts";
import { BUILD } from "./commands/build.ts";
import { COMPLETION } from "./commands/completion.ts";
import { EXTRACT } from "./commands/extract.ts";
import { INSPECT } from "./commands/inspect.ts";
import { INSTALL } from "./commands/install.ts";
import { MAN } from "./commands/man.ts";
import { PACK } from "./commands/pack.ts";
import { RUN } from "./commands/run.ts";
import { VERIFY } from "./commands/verify.ts";
import type { CommandEntry, FlagEntry } from "./types.ts";

export const COMMANDS = [
  BUILD,
  INSTALL,
  RUN,
  PACK,
  INSPECT,
  EXTRACT,
  VERIFY,
  BENCH,
  COMPLETION,
  MAN,
] as const satisfies readonly CommandEntry[];

/** What a command of mgo is called: `build`, `pack`. src/cli/main.ts has a function for each. */
export type CommandName = (typeof COMMANDS)[number]["name"];

/** The flags that stand in a command's place. */
export const FLAGS_ALONE = [
  { name: "version", summary: "print mgo's version" },
  { name: "help", summary: "print this text" },
] as const satisfies readonly FlagEntry[];
