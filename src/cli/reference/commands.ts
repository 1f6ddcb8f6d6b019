/** mgo's commands, in the order of help. A new one is a file in commands/, a line here, and its loader. */
import { BENCH } from "./commands/bench.ts";
import { BUILD } from "./commands/build.ts";
import { COMPLETION } from "./commands/completion.ts";
import { EXTRACT } from "./commands/extract.ts";
import { INSPECT } from "./commands/inspect.ts";
import { INSTALL } from "./commands/install.ts";
import { LICENSE } from "./commands/license.ts";
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
  LICENSE,
] as const satisfies readonly CommandEntry[];

/** The name of a command: `build`, `pack`. src/cli/find-command.ts has a loader for each. */
export type CommandName = (typeof COMMANDS)[number]["name"];

/** Flags that take the place of a command. */
export const LONE_FLAGS = [
  { name: "version", summary: "print mgo's version" },
  { name: "help", summary: "print help" },
] as const satisfies readonly FlagEntry[];
