/** mgo's help texts, made from the reference. */

import { MGO_FLAGS } from "../pipeline/flags.ts";
import { wrapText } from "../system/text.ts";
import { COMMANDS, LONE_FLAGS } from "./reference/commands.ts";
import { formatFlag, formatPlain, formatSentence, formatVariable, glue } from "./reference/format.ts";
import { GO_FLAG_NOTES } from "./reference/go-flags.ts";
import {
  ERRORS_ONCE,
  GO_FLAGS_WORK,
  GOAMD64_IGNORED,
  INTRODUCTION,
  OTHER_COMMANDS,
} from "./reference/texts.ts";
import type { CommandEntry, FlagEntry, VariableEntry } from "./reference/types.ts";
import { BUNDLE_VARIABLES, VARIABLES } from "./reference/variables.ts";

/** The offset of the second column. */
const SECOND_COLUMN = 24;

/** Returns the text of `mgo --help`: every command, flag and variable. */
export function formatHelp(): string {
  return joinParagraphs(
    wrap(INTRODUCTION),
    ["usage:", ...COMMANDS.flatMap(commandLines), ...LONE_FLAGS.flatMap(loneLines)],
    wrap(`${OTHER_COMMANDS} "mgo help COMMAND" tells more about one of mgo's.`),
    ["flags of mgo, anywhere among those of go build:", ...MGO_FLAGS.flatMap(flagLines)],
    [
      ...wrap(GO_FLAGS_WORK),
      ...GO_FLAG_NOTES.flatMap(({ flags, note }) => twoColumns(flags, note)),
      ...wrap(ERRORS_ONCE),
    ],
    ["environment:", ...VARIABLES.flatMap(variableLines), ...wrap(GOAMD64_IGNORED)],
    ["environment of a bundle, when it runs:", ...BUNDLE_VARIABLES.flatMap(variableLines)],
  );
}

/** Returns the text of `mgo help NAME`: one command with its flags. */
export function formatCommandHelp(command: CommandEntry): string {
  // The whole text is about builds.
  if (command.name === "build") return formatHelp();
  const { name, synopsis, summary, details = [], flags } = command;
  return joinParagraphs(
    wrap(synopsis.slice(name.length + 1), `usage: mgo ${name} `),
    ...[formatSentence(summary), ...details].map((text) => wrap(text)),
    ...(flags.length > 0 ? [["flags:", ...flags.flatMap(flagLines)]] : []),
    ...(command.isBuild
      ? [wrap('It also takes the flags of mgo ("mgo --help") and of go build ("go help build").')]
      : []),
  );
}

function joinParagraphs(...paragraphs: readonly (readonly string[])[]): string {
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function wrap(text: string, prefix = ""): readonly string[] {
  return wrapText(glue(formatPlain(text)), prefix);
}

/** A term, and in the second column what it means: beside the term where there is room, else below it. */
function twoColumns(term: string, meaning: string, prefix = "  "): readonly string[] {
  const left = wrap(term, prefix);
  const [first = "", ...rest] = wrap(meaning, " ".repeat(SECOND_COLUMN));
  const [only = ""] = left;
  if (left.length > 1 || only.length > SECOND_COLUMN - 2) return [...left, first, ...rest];
  return [only.padEnd(SECOND_COLUMN) + first.trimStart(), ...rest];
}

function commandLines({ synopsis, summary }: CommandEntry): readonly string[] {
  const [name = "", ...rest] = synopsis.split(" ");
  return twoColumns(rest.join(" "), summary, `  mgo ${name} `);
}

function loneLines(flag: FlagEntry): readonly string[] {
  return twoColumns(`mgo ${formatFlag(flag)}`, flag.summary);
}

function flagLines(flag: FlagEntry): readonly string[] {
  return twoColumns(formatFlag(flag), flag.summary);
}

function variableLines(variable: VariableEntry): readonly string[] {
  return twoColumns(formatVariable(variable), variable.summary);
}
