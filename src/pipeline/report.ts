/**
 * The levels' output, put together into what one `go build` would have printed.
 *
 * - Output that all levels share is printed once, in Go's words. Other output follows a line `# GOAMD64=v3`
 *   (or `# GOAMD64=v1,v2`) that names the levels.
 * - Lines outside of `# package` blocks, such as the package names of -v, are printed once, however many
 *   levels print them.
 * - With -n, -x and -work every level's output follows its line as a whole, in the order of levels.
 * - With -json the events of a package are printed once if all levels have the same; otherwise for each level
 *   that differs, with a field `GOAMD64` added.
 *
 * The exit status is the first that is not 0, in the order of levels.
 */
import { assignment, type Level } from "../levels/level.ts";
import type { RunResult } from "../system/process.ts";
import { writeStderr, writeStdout } from "../system/streams.ts";
import { type Compare, type Printed, reportEvents } from "./events.ts";
import { isApart, type Verbosity } from "./verbosity.ts";

/** The end of `go build` for one level. */
export interface LevelOutput {
  readonly level: Level;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether a signal ended it. */
  readonly killed: boolean;
}

export interface Report {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Puts together what the levels that failed have printed; the output of the others is dropped. */
export function reportFailures(outputs: readonly LevelOutput[], verbosity: Verbosity): Report {
  const failures = outputs.map((output) =>
    output.status === 0 ? { ...output, stdout: "", stderr: "" } : output,
  );
  return makeReport(failures, verbosity, []);
}

/** Makes a report of a single program. */
export function reportOf({ stdout, stderr, status }: RunResult): Report {
  return { stdout, stderr, status: status ?? 1 };
}

/** Writes a report, and returns its status. */
export function printReport({ stdout, stderr, status }: Report): number {
  writeStdout(stdout);
  writeStderr(stderr);
  return status;
}

/** One text and the levels that printed it. */
interface Shared {
  readonly text: string;
  readonly levels: [Level, ...Level[]];
}

/**
 * Puts the levels' outputs together.
 *
 * @param outputs in the order of levels
 * @param folders private to this run: files in them have other names at each level
 */
export function makeReport(
  outputs: readonly LevelOutput[],
  verbosity: Verbosity,
  folders: readonly string[],
): Report {
  const status = outputs.find((output) => output.status !== 0)?.status ?? 0;
  const join = isApart(verbosity) ? joinWhole : status === 0 ? joinBlocks : joinErrors;
  const part = (name: "stdout" | "stderr"): readonly Printed[] =>
    outputs.map((output) => ({ level: output.level, text: output[name] }));
  const compare: Compare = (text, level) => normalise(text, folders, level);
  return {
    stdout: verbosity.json ? reportEvents(part("stdout"), compare) : join(part("stdout"), compare),
    stderr: join(part("stderr"), compare),
    status,
  };
}

/** Returns the line in front of output that only these levels have. */
function levelLine(levels: readonly [Level, ...Level[]]): string {
  return `# ${assignment(...levels)}\n`;
}

function joinWhole(printed: readonly Printed[]): string {
  return printed
    .filter(({ text }) => text !== "")
    .map(({ level, text }) => levelLine([level]) + ended(text))
    .join("");
}

/**
 * For builds that succeeded: warnings are compared block by block. A block that a level prints twice stays
 * twice.
 */
function joinBlocks(printed: readonly Printed[], compare: Compare): string {
  const shared = new Map<string, Shared>();
  for (const { level, text } of printed) {
    const counts = new Map<string, number>();
    for (const block of splitBlocks(text)) {
      const key = compare(block, level);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      add(shared, `${count} ${key}`, block, level);
    }
  }
  let result = "";
  let current = "";
  for (const { text, levels } of shared.values()) {
    const everywhere = !text.startsWith("# ") || levels.length === printed.length;
    const line = everywhere ? "" : levelLine(levels);
    if (line !== current) result += line;
    current = line;
    result += text;
  }
  return result;
}

/** For builds that failed: each level's output is compared as a whole, whatever the order of its blocks. */
function joinErrors(printed: readonly Printed[], compare: Compare): string {
  const shared = new Map<string, Shared>();
  for (const { level, text } of printed) {
    add(
      shared,
      splitBlocks(text)
        .map((block) => compare(block, level))
        .toSorted()
        .join(""),
      ended(text),
      level,
    );
  }
  const [first] = shared.values();
  if (shared.size === 1 && first !== undefined) return first.text;
  return [...shared.values()]
    .filter(({ text }) => text !== "")
    .map(({ text, levels }) => levelLine(levels) + text)
    .join("");
}

function add(shared: Map<string, Shared>, key: string, text: string, level: Level): void {
  const known = shared.get(key);
  if (known === undefined) shared.set(key, { text, levels: [level] });
  else known.levels.push(level);
}

/** Blocks begin with a line `# package`; each line before the first is one by itself. */
function splitBlocks(text: string): readonly string[] {
  const blocks: string[] = [];
  for (const line of ended(text).split(/(?<=\n)/)) {
    const last = blocks.at(-1);
    if (line.startsWith("# ") || !last?.startsWith("# ")) blocks.push(line);
    else blocks[blocks.length - 1] = last + line;
  }
  return blocks.filter((block) => block !== "");
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** Takes out the names of temporary files and of mgo's own folders, which differ from run to run. */
function normalise(text: string, folders: readonly string[], level: Level): string {
  let result = text;
  for (const folder of folders) result = result.replaceAll(folder, "$MGO");
  // Word by word, from its start: a search from each character takes quadratic time.
  return result.replaceAll(`$MGO/${level}/`, "$MGO/").replaceAll(/[^\s"']+/g, normaliseWord);
}

function normaliseWord(word: string): string {
  if (!word.includes("/")) return word;
  return word.replace(/^.*\/go-(?:build|link-)\d+/, "$$WORK").replace(/^.*\/cc\w{6}\b/, "$$CC");
}
