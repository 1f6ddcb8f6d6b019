/** The live lines that a terminal shows during a build, and the times that -v tells. */
import type { EncodeProgress } from "../bundle/encode.ts";
import type { Level } from "../levels/level.ts";
import { formatDuration, formatSize } from "../system/figures.ts";
import type { Environment } from "../system/process.ts";
import { areTerminals, writeStderr, writeStdout } from "../system/streams.ts";

/** Milliseconds from one redraw of the live lines to the next. */
const INTERVAL = 100;

/** The state of one variant. */
interface Line {
  readonly level: Level;
  state: "waiting" | "building" | "built" | "encoding" | "done" | "failed";
  /** The start of the build in milliseconds, as performance.now() counts. */
  since: number;
  seconds: number;
  /** The part that is encoded, 0 to 1. */
  part: number;
  size: number;
  stored: number;
}

export interface Progress {
  started(level: Level): void;
  ended(level: Level, failed: boolean): void;
  encoding(progress: EncodeProgress): void;
  /** Writes a line to standard error, above the live lines. */
  print(line: string): void;
  /** Writes what Go printed, above the live lines. */
  write(stdout: string, stderr: string): void;
  /** Returns the seconds that a level took to build. */
  seconds(level: Level): number;
  /** Takes the live lines away. */
  stop(): void;
}

/** Returns whether mgo writes to a terminal that can move its cursor, and not to a log of a CI system. */
export function isWatched(env: Environment): boolean {
  const ci = env.CI;
  return areTerminals() && env.TERM !== "dumb" && (ci === undefined || ci === "" || ci === "false");
}

/**
 * Starts the live lines, one for each level.
 *
 * @param base the level that the others are encoded after; undefined where no bundle is made
 * @param live whether to draw them at all; `print` writes its lines either way
 */
export async function startProgress(
  levels: readonly Level[],
  base: Level | undefined,
  live: boolean,
  env: Environment,
): Promise<Progress> {
  const lines = levels.map(newLine);
  const find = (level: Level): Line | undefined => lines.find((line) => line.level === level);
  let screen = live ? await openScreen() : undefined;
  const paint = painter(env);
  const draw = (): void =>
    screen?.(lines.map((line) => describe(line, reasonToWait(line, lines, base), paint)).join("\n"));
  const timer = live ? setInterval(draw, INTERVAL) : undefined;
  timer?.unref();

  return {
    started(level) {
      const line = find(level);
      if (line !== undefined) Object.assign(line, { state: "building", since: performance.now() });
    },
    ended(level, failed) {
      const line = find(level);
      if (line === undefined) return;
      line.seconds = (performance.now() - line.since) / 1000;
      line.state = failed ? "failed" : "built";
    },
    encoding({ level, done, size, stored }) {
      const line = find(level);
      if (line === undefined) return;
      Object.assign(line, { state: done < size ? "encoding" : "done", part: done / size, size, stored });
    },
    print(text) {
      screen?.clear();
      writeStderr(`${text}\n`);
      draw();
    },
    write(stdout, stderr) {
      screen?.clear();
      writeStdout(stdout);
      writeStderr(stderr);
      draw();
    },
    seconds: (level) => find(level)?.seconds ?? 0,
    stop() {
      clearInterval(timer);
      screen?.clear();
      screen?.done();
      screen = undefined;
    },
  };
}

/** Loads log-update, which reads process.stdout and process.stderr at once: only terminals bear that. */
export async function openScreen() {
  const { createLogUpdate } = await import("log-update");
  return createLogUpdate(process.stderr, { showCursor: true });
}

function newLine(level: Level): Line {
  return { level, state: "waiting", since: 0, seconds: 0, part: 0, size: 0, stored: 0 };
}

type Paint = (code: number, text: string) => string;

/** Colours, unless NO_COLOR asks for none (https://no-color.org). */
function painter(env: Environment): Paint {
  const plain = (env.NO_COLOR ?? "") !== "";
  return (code, text) => (plain ? text : `\x1b[${code}m${text}\x1b[0m`);
}

const GREEN = 32;
const RED = 31;
const DIM = 2;

/** Returns what a level waits for, such as ` for v1 or v2`; empty if for nothing that has a name. */
function reasonToWait({ level, state }: Line, lines: readonly Line[], base: Level | undefined): string {
  const awaited =
    state === "waiting"
      ? lines.filter((other) => other.state === "building")
      : lines.filter((other) => other.level === base && /building|built|encoding/.test(other.state));
  return awaited.some((other) => other.level === level)
    ? ""
    : awaited.map((other, index) => ` ${index > 0 ? "or" : "for"} ${other.level}`).join("");
}

function describe(line: Line, reason: string, paint: Paint): string {
  const built = formatDuration(line.seconds);
  switch (line.state) {
    case "waiting":
      return paint(DIM, `${line.level}  waiting${reason}`);
    case "building":
      return `${line.level}  building ${formatDuration((performance.now() - line.since) / 1000)}`;
    case "built":
      return `${line.level}  built in ${built}${reason === "" ? "" : `, waiting${reason}`}`;
    case "encoding":
      return `${line.level}  encoding ${Math.floor(line.part * 100)} % of ${formatSize(line.size)}`;
    case "done":
      return [
        `${line.level}  ${paint(GREEN, "done")}`,
        built,
        `${formatSize(line.size)} as ${formatSize(line.stored)}`,
      ].join(", ");
    case "failed":
      return `${line.level}  ${paint(RED, "failed")} after ${built}`;
  }
}
