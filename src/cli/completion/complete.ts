/**
 * What may stand next on mgo's command line: for shells, which ask while it is being typed.
 *
 * Nothing is run and no file is read: shells complete paths themselves, and quote them as they want it.
 */

import { chdirLength } from "../../go/flags.ts";
import { MGO_FLAGS } from "../../pipeline/flags.ts";
import { COMMANDS, FLAGS_ALONE } from "../reference/commands.ts";
import { formatPlain } from "../reference/format.ts";
import { GO_COMMANDS } from "../reference/go-commands.ts";
import { GO_FLAGS } from "../reference/go-flags.ts";
import type { CommandEntry, FlagEntry, Value } from "../reference/types.ts";

/** What the shell itself adds: paths, what it offers for `go`, or nothing. */
export type Paths = "none" | "files" | "folders" | "packages" | "go";

export interface Completion {
  readonly paths: Paths;
  /** What of the current word stays as it is, in front of words and paths: `-o=`. */
  readonly prefix: string;
  /** Those that begin as the rest of the current word does. */
  readonly words: readonly Word[];
}

export interface Word {
  readonly text: string;
  readonly summary: string;
}

const NOTHING: Completion = { paths: "none", prefix: "", words: [] };

/**
 * @param before the words that are complete, without mgo's name
 * @param current what has been typed of the next one
 */
export function complete(before: readonly string[], current: string): Completion {
  const words = before.slice(chdirLength(before));
  if (words.length < before.length && words.length === 0 && before.at(-1) === "-C") return folders(current);
  const [first, ...rest] = words;
  if (first === undefined) return completeFirst(current);
  if (first === "help") return rest.length === 0 ? offer(COMMAND_WORDS, current) : NOTHING;
  const command: CommandEntry | undefined = COMMANDS.find(({ name }) => name === first);
  if (command !== undefined) return completeArguments(command, rest, current);
  if (GO_COMMANDS.has(first)) return { ...NOTHING, paths: "go" };
  return completeArguments(BUILD, words, current);
}

const BUILD: CommandEntry = COMMANDS[0];

const COMMAND_WORDS: readonly Word[] = [
  ...COMMANDS.map(({ name, summary }) => ({ text: name, summary: formatPlain(summary) })),
  ...[...GO_COMMANDS].map((name) => ({ text: name, summary: `as go ${name}` })),
];

/** A command, or what belongs to a build. */
function completeFirst(current: string): Completion {
  if (current.startsWith("-")) {
    const alone = offer(FLAGS_ALONE.map(wordOfFlag), current);
    const { words, ...completion } = completeArguments(BUILD, [], current);
    return { ...completion, words: [...words, ...alone.words] };
  }
  const commands = offer(COMMAND_WORDS, current);
  return commands.words.length > 0 ? commands : completeArguments(BUILD, [], current);
}

function completeArguments(command: CommandEntry, before: readonly string[], current: string): Completion {
  const flags = flagsOf(command);
  let awaited: Value | undefined;
  let areOver = false;
  for (const word of before) {
    if (awaited !== undefined) awaited = undefined;
    else if (areOver) continue;
    else if (word === "--") areOver = true;
    else if (isFlag(word)) awaited = word.includes("=") ? undefined : findFlag(flags, word)?.value;
    // Go ends the flags at the first package.
    else areOver = command.isBuild === true;
  }
  if (awaited !== undefined) return completeValue(awaited, current, "");
  if (!areOver && current.startsWith("-")) {
    const [name = "", ...value] = current.split("=");
    if (value.length === 0) return offer(flags.map(wordOfFlag), current);
    const flag = findFlag(flags, name);
    if (flag === undefined) return NOTHING;
    return completeValue(flag.value ?? SWITCH, value.join("="), `${name}=`);
  }
  if (command.operands === undefined) return NOTHING;
  // `mgo pack` takes v3=FILE.
  const level = command.operands.kind === "file" ? /^v\d=/.exec(current)?.[0] : undefined;
  return completeValue(command.operands, current.slice(level?.length ?? 0), level ?? "");
}

function flagsOf(command: CommandEntry): readonly FlagEntry[] {
  return command.isBuild ? [...command.flags, ...MGO_FLAGS, ...GO_FLAGS] : command.flags;
}

/** `-` alone is a file's name. */
function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}

function findFlag(flags: readonly FlagEntry[], word: string): FlagEntry | undefined {
  const name = word.replace(/^--?/, "");
  return flags.find((flag) => flag.name === name || flag.short === name);
}

const SWITCH: Value = { kind: "choice", choices: ["true", "false"] };

function completeValue(value: Value, current: string, prefix: string): Completion {
  switch (value.kind) {
    case "choice":
      return { ...offer(value.choices.map(bare), current), prefix };
    case "list":
      return { ...completeList(value.choices, current), prefix };
    case "file":
      return { ...NOTHING, paths: "files", prefix };
    case "folder":
      return { ...NOTHING, paths: "folders", prefix };
    case "packages":
      return { ...offer(current === "" ? [] : [bare("./...")], current), paths: "packages", prefix };
    case "text":
      return { ...NOTHING, prefix };
  }
}

/** Each choice once, behind those that are there: `v1,` goes on with `v1,v2`, `v1,v3`. */
function completeList(choices: readonly string[], current: string): Completion {
  const chosen = current.split(",");
  const typed = chosen.pop() ?? "";
  const front = chosen.map((choice) => `${choice},`).join("");
  const left = choices.filter((choice) => !chosen.includes(choice));
  // A choice that is all there may be the last one, or others follow.
  if (left.includes(typed)) {
    const more = left.filter((choice) => choice !== typed);
    return offer([bare(current), ...more.map((choice) => bare(`${current},${choice}`))], current);
  }
  return offer(
    left.map((choice) => bare(front + choice)),
    current,
  );
}

function folders(current: string): Completion {
  return completeValue({ kind: "folder" }, current, "");
}

function bare(text: string): Word {
  return { text, summary: "" };
}

/** A flag as it is begun: those with `=` go on behind it. */
function wordOfFlag({ name, short, style, value, summary }: FlagEntry): Word {
  const text = short === undefined ? `${style === "go" ? "-" : "--"}${name}` : `-${short}`;
  return { text: style === "go" && value !== undefined ? `${text}=` : text, summary: formatPlain(summary) };
}

function offer(words: readonly Word[], current: string): Completion {
  return { ...NOTHING, words: words.filter(({ text }) => text.startsWith(current)) };
}
