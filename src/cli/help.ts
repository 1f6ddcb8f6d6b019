/** mgo's help texts, from the reference, in lines of at most 80 columns. */
import { FLAGS_OF_FOUR, MGO_FLAGS } from "./reference/build-flags.ts";
import { COMMANDS, FLAGS_ALONE } from "./reference/commands.ts";
import {
  ERRORS_ONCE,
  GO_FLAGS_WORK,
  GOAMD64_IGNORED,
  INTRODUCTION,
  OTHER_COMMANDS,
} from "./reference/texts.ts";
import type { CommandEntry, FlagEntry, VariableEntry } from "./reference/types.ts";
import { BUNDLE_VARIABLES, VARIABLES } from "./reference/variables.ts";
import { entry, wrap } from "./reference/wrap.ts";
import { writtenFlag, writtenVariable } from "./reference/written.ts";

const paragraphs = (...parts: readonly (readonly string[])[]): string =>
  `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;

/** Every command, flag and variable: `mgo --help`. */
export const HELP = paragraphs(
  wrap(INTRODUCTION),
  ["usage:", ...COMMANDS.flatMap(commandLines), ...FLAGS_ALONE.flatMap(aloneLines)],
  wrap(`${OTHER_COMMANDS} "mgo help COMMAND" tells more about one of mgo's.`),
  ["flags of mgo, anywhere among those of go build:", ...MGO_FLAGS.flatMap(flagLines)],
  [
    ...wrap(GO_FLAGS_WORK),
    ...FLAGS_OF_FOUR.flatMap(({ written, summary }) => entry(written, summary)),
    ...wrap(ERRORS_ONCE),
  ],
  ["environment:", ...VARIABLES.flatMap(variableLines), ...wrap(GOAMD64_IGNORED)],
  ["environment of a bundle, when it runs:", ...BUNDLE_VARIABLES.flatMap(variableLines)],
);

/** One command, with its flags: `mgo help pack`. */
export function helpOf(command: CommandEntry): string {
  // Everything in the whole text is about builds.
  if (command.name === "build") return HELP;
  const { synopsis, summary, details = [], flags } = command;
  return paragraphs(
    wrap(`usage: mgo ${synopsis}`, "", "    "),
    ...[sentence(summary), ...details].map((text) => wrap(text)),
    ...(flags.length > 0 ? [["flags:", ...flags.flatMap(flagLines)]] : []),
    ...(command.isBuild
      ? [wrap('Flags of mgo ("mgo --help") and of go build ("go help build") go along with it.')]
      : []),
  );
}

function commandLines({ synopsis, summary }: CommandEntry): string[] {
  const name = synopsis.split(" ")[0] ?? "";
  const hanging = " ".repeat(`  mgo ${name} `.length);
  return entry(`mgo ${synopsis}`, summary, hanging);
}

function aloneLines(flag: FlagEntry): string[] {
  return entry(`mgo ${writtenFlag(flag)}`, flag.summary);
}

function flagLines(flag: FlagEntry): string[] {
  return entry(writtenFlag(flag), flag.summary);
}

function variableLines(variable: VariableEntry): string[] {
  return entry(writtenVariable(variable), variable.summary);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
