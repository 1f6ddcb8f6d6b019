/** The man page mgo(1), made from the reference. */
import packageJson from "../../package.json" with { type: "json" };
import { MGO_FLAGS } from "../pipeline/flags.ts";
import { COMMANDS, LONE_FLAGS } from "./reference/commands.ts";
import { formatFlag, formatSentence, formatVariable } from "./reference/format.ts";
import { GO_FLAG_NOTES } from "./reference/go-flags.ts";
import { BUNDLE_STATUSES, STATUSES } from "./reference/statuses.ts";
import {
  ERRORS_ONCE,
  EXAMPLES,
  GO_FLAGS_WORK,
  GOAMD64_IGNORED,
  INTRODUCTION,
  OTHER_COMMANDS,
} from "./reference/texts.ts";
import type { CommandEntry, FlagEntry, StatusEntry, VariableEntry } from "./reference/types.ts";
import { BUNDLE_VARIABLES, VARIABLES } from "./reference/variables.ts";
import { literal, paragraph, quoted, synopsis } from "./roff.ts";

/** The date of the page's last change in substance. */
const REVISED = "2026-11-25";

const commands: readonly CommandEntry[] = COMMANDS;

/** Returns the page's source. */
export function manPage(): string {
  const { version } = packageJson;
  const lines = [
    `.TH MGO 1 ${REVISED} ${quoted(`mgo ${version}`)}`,
    // Words are not hyphenated, lines not stretched.
    ".nh",
    ".ad l",
    ...section("NAME", ["mgo \\- go build for several x86\\-64 levels in one executable"]),
    ...section(
      "SYNOPSIS",
      commands.flatMap(({ synopsis: text }) => [".HP", `\\fBmgo\\fR ${synopsis(text)}`]),
    ),
    ...section("DESCRIPTION", paragraphs(INTRODUCTION, OTHER_COMMANDS, GO_FLAGS_WORK)),
    ...GO_FLAG_NOTES.flatMap(({ flags, note }) => term(paragraph(flags).join(" "), note)),
    ...paragraphs(ERRORS_ONCE),
    ...section("COMMANDS", [...commands.flatMap(commandLines), ...LONE_FLAGS.flatMap(flagLines)]),
    ...section("FLAGS", [
      ...paragraph("These stand anywhere among the flags of `go build`, or in `MGOFLAGS`:"),
      ...MGO_FLAGS.flatMap(flagLines),
    ]),
    ...section("ENVIRONMENT", [...VARIABLES.flatMap(variableLines), ...paragraphs(GOAMD64_IGNORED)]),
    ...section("RUNNING A BUNDLE", [
      ...paragraph(
        "A bundle starts the best variant that the CPU and the operating system support. It reads these " +
          "variables, unless it gains privileges by being started; `MGODEBUG` is a list, separated by " +
          "commas:",
      ),
      ...BUNDLE_VARIABLES.flatMap(variableLines),
    ]),
    ...section("EXIT STATUS", [
      ...paragraph(
        "A build ends with the status of `go build`. Everything else ends with 0 or one of these:",
      ),
      ...STATUSES.flatMap(statusLines),
      ...paragraphs(
        "A bundle ends with the status of its program. If it cannot start the program, it says why in " +
          "one line on standard error and ends with one of these:",
      ),
      ...BUNDLE_STATUSES.flatMap(statusLines),
    ]),
    ...section(
      "EXAMPLES",
      EXAMPLES.flatMap(({ command, summary }) => term(literal(command), summary)),
    ),
    ...section("SEE ALSO", paragraph("`go help build`, `go help environment`")),
  ];
  return `${lines.join("\n")}\n`;
}

function section(title: string, body: readonly string[]): readonly string[] {
  // A heading begins a paragraph.
  return [`.SH ${quoted(title)}`, ...(body[0] === ".PP" ? body.slice(1) : body)];
}

function paragraphs(...texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => [".PP", ...paragraph(text)]);
}

/** A term, and its meaning below it. */
function term(head: string, text: string): readonly string[] {
  return [".TP", head, ...paragraph(text)];
}

function commandLines({ name, summary, details = [], flags }: CommandEntry): readonly string[] {
  return [
    ...term(literal(`mgo ${name}`), formatSentence(summary)),
    ...details.flatMap((each) => [".IP", ...paragraph(each)]),
    ...(flags.length > 0 ? [".RS", ...flags.flatMap(flagLines), ".RE"] : []),
  ];
}

function flagLines(flag: FlagEntry): readonly string[] {
  return term(literal(formatFlag(flag)), formatSentence(flag.summary));
}

function variableLines(variable: VariableEntry): readonly string[] {
  return term(literal(formatVariable(variable)), formatSentence(variable.summary));
}

function statusLines({ status, summary, remedy }: StatusEntry): readonly string[] {
  return term(
    literal(String(status)),
    formatSentence(remedy === undefined ? summary : `${summary}: ${remedy}`),
  );
}
