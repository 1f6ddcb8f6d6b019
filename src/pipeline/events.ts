/** The events of `go build -json`, put together from several levels. */
import { architectureOf, type Level, variableOf } from "../levels/level.ts";

/** The output of one level on one stream. */
export interface Printed {
  readonly level: Level;
  readonly text: string;
}

/** Returns a level's text without the parts that differ from run to run. */
export type Compare = (text: string, level: Level) => string;

/** The events of one package, the same at one or more levels. */
interface Stream {
  readonly lines: readonly string[];
  readonly levels: [Level, ...Level[]];
}

/**
 * Joins the event streams of the levels: the events of a package once if all levels have the same, otherwise
 * once for each distinct stream, with a field `GOAMD64`, or another architecture's variable, that names its
 * levels.
 */
export function reportEvents(printed: readonly Printed[], compare: Compare): string {
  const streams = new Map<string, Stream>();
  for (const { level, text } of printed) {
    for (const [path, lines] of groupByPackage(text)) {
      const key = JSON.stringify([path, lines.map((line) => compare(line, level))]);
      const known = streams.get(key);
      if (known === undefined) streams.set(key, { lines, levels: [level] });
      else known.levels.push(level);
    }
  }
  return [...streams.values()]
    .flatMap(({ lines, levels }) =>
      levels.length === printed.length ? lines : lines.map((line) => withLevels(line, levels)),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** Groups lines by their packages, in the order of the packages' first lines. */
function groupByPackage(text: string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const path = packageOf(line);
    const lines = groups.get(path);
    if (lines === undefined) groups.set(path, [line]);
    else lines.push(line);
  }
  return groups;
}

function packageOf(line: string): string {
  const event = readEvent(line);
  return typeof event?.ImportPath === "string" ? event.ImportPath : "";
}

function withLevels(line: string, levels: Stream["levels"]): string {
  const event = readEvent(line);
  const variable = variableOf(architectureOf(levels[0]));
  return event === undefined ? line : JSON.stringify({ ...event, [variable]: levels.join(",") });
}

/** Reads an event; undefined for another line, which Go may print as well. */
function readEvent(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null && !Array.isArray(event) ? { ...event } : undefined;
  } catch {
    return undefined;
  }
}
