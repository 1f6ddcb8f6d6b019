/** docs/reference.md, made from the reference that help, man page and completions are made from. */
import { COMMANDS, LONE_FLAGS } from "../../src/cli/reference/commands.ts";
import { formatFlag, formatSentence, formatVariable } from "../../src/cli/reference/format.ts";
import { GO_FLAG_NOTES } from "../../src/cli/reference/go-flags.ts";
import { BUNDLE_STATUSES, STATUSES } from "../../src/cli/reference/statuses.ts";
import { GO_FLAGS_WORK, GOAMD64_IGNORED, OTHER_COMMANDS } from "../../src/cli/reference/texts.ts";
import type { CommandEntry, FlagEntry, StatusEntry, VariableEntry } from "../../src/cli/reference/types.ts";
import { BUNDLE_VARIABLES, VARIABLES } from "../../src/cli/reference/variables.ts";
import { MGO_FLAGS } from "../../src/pipeline/flags.ts";

const commands: readonly CommandEntry[] = COMMANDS;

/** Returns the page. */
export function renderReference(): string {
  const sections = [
    "# Reference",
    "Commands, flags, variables and exit statuses of mgo and of the bundles that it makes. `mgo --help`, " +
      "`mgo help COMMAND` and the man page (`mgo man`) say the same, as they are made from the same source.",
    "<!-- Written by `npm run docs`; the source is src/cli/reference. -->",
    "## Commands",
    table(["command", ""], [...commands.map(summaryRow), ...LONE_FLAGS.map(loneRow)]),
    OTHER_COMMANDS.replaceAll("...", "…"),
    ...commands.filter(hasMore).flatMap(commandSection),
    "## Flags for builds",
    "These stand anywhere among the flags of `go build`, or in `MGOFLAGS`.",
    table(["flag", ""], MGO_FLAGS.map(flagRow)),
    `${GO_FLAGS_WORK.replace(/ \("go help build"\)/, "").replaceAll("go build", "`go build`")}`,
    table(
      ["flag of `go build`", ""],
      GO_FLAG_NOTES.map(({ flags, note }) => [flags, formatSentence(note)]),
    ),
    "## Variables that mgo reads",
    table(["variable", ""], VARIABLES.map(variableRow)),
    GOAMD64_IGNORED,
    "## Variables that a bundle reads",
    "A bundle reads these when it starts, unless it gains privileges by being started (setuid, setgid, " +
      "file capabilities). `MGODEBUG` is a list, separated by commas.",
    table(["variable", ""], BUNDLE_VARIABLES.map(variableRow)),
    "## Exit statuses of mgo",
    "A build ends with the status of `go build`. Everything else ends with 0 or one of these:",
    table(["status", "means"], STATUSES.map(statusRow)),
    "## Exit statuses of a bundle",
    "A bundle ends with the status of its program. If it cannot start the program, it prints one line, " +
      "`[mgo] launcher: what: why`, and ends with one of these:",
    table(["status", "means", "what to do"], BUNDLE_STATUSES.map(statusWithRemedy)),
    "A `direct` bundle whose base the CPU can run does not end with 115, 116 or 117, nor with 112 because " +
      "the base was changed: it starts the base instead, and `MGODEBUG=log` says so.",
  ];
  return `${sections.join("\n\n")}\n`;
}

type Row = readonly string[];

function hasMore({ details = [], flags }: CommandEntry): boolean {
  return details.length > 0 || flags.length > 0;
}

function commandSection({ name, synopsis, details = [], flags }: CommandEntry): readonly string[] {
  return [
    `### mgo ${name}`,
    `\`\`\`text\nmgo ${synopsis}\n\`\`\``,
    ...details,
    ...(flags.length > 0 ? [table(["flag", ""], flags.map(flagRow))] : []),
  ];
}

function summaryRow(command: CommandEntry): Row {
  const { name, summary } = command;
  const title = hasMore(command) ? `[\`mgo ${name}\`](#mgo-${name})` : `\`mgo ${name}\``;
  return [title, formatSentence(summary)];
}

function loneRow(flag: FlagEntry): Row {
  return [code(`mgo ${formatFlag(flag)}`), formatSentence(flag.summary)];
}

function flagRow(flag: FlagEntry): Row {
  return [code(formatFlag(flag)), formatSentence(flag.summary)];
}

function variableRow(variable: VariableEntry): Row {
  return [code(formatVariable(variable)), formatSentence(variable.summary)];
}

function statusRow({ status, summary }: StatusEntry): Row {
  return [String(status), formatSentence(summary)];
}

function statusWithRemedy(entry: StatusEntry): Row {
  return [...statusRow(entry), entry.remedy === undefined ? "" : formatSentence(entry.remedy)];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A table; a vertical bar in a cell, also in code, would end the cell. */
function table(head: Row, rows: readonly Row[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}
