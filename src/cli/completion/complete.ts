/**
 * Completes mgo's command line, while it is typed in a shell. Runs nothing and reads no files: shells
 * complete paths themselves, with quotes as they need them.
 */
import { chdirLength } from "../../go/flags.ts";
import { ARCHITECTURE_NAMES, type Architecture, plainLevelsOf } from "../../levels/level.ts";
import { findLevel } from "../../levels/text.ts";
import { MGO_FLAGS } from "../../pipeline/flags.ts";
import { COMMANDS, LONE_FLAGS } from "../reference/commands.ts";
import { formatPlain } from "../reference/format.ts";
import { GO_COMMANDS } from "../reference/go-commands.ts";
import { GO_FLAGS } from "../reference/go-flags.ts";
import type { CommandEntry, FlagEntry, Value } from "../reference/types.ts";

/** Completions that the shell itself adds: paths, those of `go`, or none. */
export type Paths = "none" | "files" | "folders" | "packages" | "go";

export interface Completion {
  readonly paths: Paths;
  /** The part of the current word that stays in front of words and paths: `-o=`. */
  readonly prefix: string;
  /** Words that begin with the rest of the current word. */
  readonly words: readonly Word[];
}

export interface Word {
  readonly text: string;
  readonly summary: string;
}

const NOTHING: Completion = { paths: "none", prefix: "", words: [] };

/**
 * @param before the complete words, without mgo's name
 * @param current the next word, as far as it has been typed
 * @param target whose levels come first
 */
export function complete(before: readonly string[], current: string, target: Architecture): Completion {
  const words = before.slice(chdirLength(before));
  if (words.length < before.length && words.length === 0 && before.at(-1) === "-C") {
    return completeValue({ kind: "folder" }, current, "", target);
  }
  const [first, ...rest] = words;
  if (first === undefined) return completeFirst(current, target);
  if (first === "help") return rest.length === 0 ? offer(COMMAND_WORDS, current) : NOTHING;
  const command: CommandEntry | undefined = COMMANDS.find(({ name }) => name === first);
  if (command !== undefined) return completeArguments(command, rest, current, target);
  if (GO_COMMANDS.has(first)) return { ...NOTHING, paths: "go" };
  return completeArguments(BUILD, words, current, target);
}

const BUILD: CommandEntry = COMMANDS[0];

const COMMAND_WORDS: readonly Word[] = [
  ...COMMANDS.map(({ name, summary }) => ({ text: name, summary: formatPlain(summary) })),
  ...[...GO_COMMANDS].map((name) => ({ text: name, summary: `as go ${name}` })),
];

/** Completes a command, or the first argument of a build. */
function completeFirst(current: string, target: Architecture): Completion {
  if (current.startsWith("-")) {
    const alone = offer(LONE_FLAGS.map(wordOfFlag), current);
    const { words, ...completion } = completeArguments(BUILD, [], current, target);
    return { ...completion, words: [...words, ...alone.words] };
  }
  const commands = offer(COMMAND_WORDS, current);
  return commands.words.length > 0 ? commands : completeArguments(BUILD, [], current, target);
}

function completeArguments(
  command: CommandEntry,
  before: readonly string[],
  current: string,
  target: Architecture,
): Completion {
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
  if (awaited !== undefined) return completeValue(awaited, current, "", target);
  if (!areOver && current.startsWith("-")) {
    const [name = "", ...value] = current.split("=");
    if (value.length === 0) return offer(flags.map(wordOfFlag), current);
    const flag = findFlag(flags, name);
    if (flag === undefined) return NOTHING;
    return completeValue(flag.value ?? SWITCH, value.join("="), `${name}=`, target);
  }
  if (command.operands === undefined) return NOTHING;
  // `mgo pack` takes v3=FILE.
  const [level = "", ...path] = current.split("=");
  const isNamed = command.operands.kind === "file" && path.length > 0 && findLevel(level) !== undefined;
  const prefix = isNamed ? `${level}=` : "";
  return completeValue(command.operands, current.slice(prefix.length), prefix, target);
}

function flagsOf(command: CommandEntry): readonly FlagEntry[] {
  return command.isBuild ? [...command.flags, ...MGO_FLAGS, ...GO_FLAGS] : command.flags;
}

/** Tells a flag from a file's name, which `-` alone is. */
function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}

function findFlag(flags: readonly FlagEntry[], word: string): FlagEntry | undefined {
  const name = word.replace(/^--?/, "");
  return flags.find((flag) => flag.name === name || flag.short === name);
}

const SWITCH: Value = { kind: "choice", choices: ["true", "false"] };

function completeValue(value: Value, current: string, prefix: string, target: Architecture): Completion {
  switch (value.kind) {
    case "choice":
      return { ...offer(value.choices.map(bare), current), prefix };
    case "level":
      return { ...offer(levelsFor(current, target).map(bare), current), prefix };
    case "levels":
      return { ...completeList(current, target), prefix };
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

/** The levels of the target; of all architectures if none of those begins as the text. */
function levelsFor(text: string, target: Architecture): readonly string[] {
  const own = plainLevelsOf(target);
  return own.some((level) => level.startsWith(text)) ? own : ARCHITECTURE_NAMES.flatMap(plainLevelsOf);
}

/** Completes a list of levels, with each once: `v1,` becomes `v1,v2`, `v1,v3`, …. */
function completeList(current: string, target: Architecture): Completion {
  const chosen = current.split(",");
  const typed = chosen.pop() ?? "";
  const front = chosen.map((level) => `${level},`).join("");
  const left = levelsFor(typed, target).filter((level) => !chosen.includes(level));
  // A complete choice may be the last one, or others may follow.
  if (left.includes(typed)) {
    const more = left.filter((choice) => choice !== typed);
    return offer([bare(current), ...more.map((choice) => bare(`${current},${choice}`))], current);
  }
  return offer(
    left.map((choice) => bare(front + choice)),
    current,
  );
}

function bare(text: string): Word {
  return { text, summary: "" };
}

/** The word that begins a flag, with its `=` if it has one. */
function wordOfFlag({ name, short, style, value, summary }: FlagEntry): Word {
  const text = short === undefined ? `${style === "go" ? "-" : "--"}${name}` : `-${short}`;
  return { text: style === "go" && value !== undefined ? `${text}=` : text, summary: formatPlain(summary) };
}

function offer(words: readonly Word[], current: string): Completion {
  return { ...NOTHING, words: words.filter(({ text }) => text.startsWith(current)) };
}
