/**
 * Other programs: the only place where mgo starts any, but for its guard.
 *
 * A program that mgo waits for runs in a process group of its own, so that stopping it stops everything that it
 * started: `go build` has compilers, linkers and cgo's tools below it. The guard does that where mgo no longer can.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { collectText, KEPT_MAX } from "./collect.ts";
import { hasCode, MgoError, reasonOf } from "./error.ts";
import { formatSize } from "./figures.ts";
import { guardGroups } from "./guard.ts";

/** Folders that hold mgo's own command: beside the bundled modules in the npm package, src/entry in a checkout. */
const ENTRIES: readonly string[] = [import.meta.dirname, join(import.meta.dirname, "..", "entry")];

/** How long a process group may take to end after SIGINT before SIGKILL ends it, in milliseconds. */
const GRACE = 400;

/** An environment, as process.env is one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command of mgo runs in. */
export interface Context {
  readonly env: Environment;
  /** Absolute. Throws an MgoError where the working directory is gone. */
  readonly cwd: string;
  /** Aborted when mgo is asked to stop. */
  readonly signal: AbortSignal;
}

/** The reason of an abort: this signal asked mgo to stop. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Environment;
  /** Aborting it stops the program and everything that it started. */
  readonly signal: AbortSignal;
  /** Sees standard error line by line while the program runs; a line for which it returns true is not kept. */
  readonly onStderrLine?: (line: string) => boolean;
  /** Called when a stream has brought more than is kept of it. Without it, `run` stops the program and throws. */
  readonly onFlood?: () => void;
}

export interface RunResult {
  /** The exit status; undefined when a signal ended the program. */
  readonly status: number | undefined;
  readonly stdout: string;
  /** With a line at the end about the signal, if one ended the program. */
  readonly stderr: string;
}

const groups = new Set<number>();

/**
 * Runs a program to its end, with nothing on standard input. What it has started and left running in the background
 * is not waited for, also where that keeps its streams open.
 *
 * @throws the abort signal's reason, once nothing of the program runs any more
 * @throws MgoError when the program cannot be started, or prints more than is kept
 */
export async function run(command: readonly string[], options: RunOptions): Promise<RunResult> {
  const { signal } = options;
  signal.throwIfAborted();
  const stop = Promise.withResolvers<undefined>();
  let flood: MgoError | undefined;
  const onAbort = (): void => stop.resolve(undefined);
  const onFlood = (): void => {
    if (options.onFlood !== undefined) {
      options.onFlood();
      return;
    }
    flood = floodError(command);
    stop.resolve(undefined);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  const { child, group, exited } = await start(command, options);
  addGroup(group);
  try {
    const output = Promise.all([
      collectText(child.stdout, { exited, onFlood }),
      collectText(child.stderr, { exited, onFlood, onLine: options.onStderrLine }),
    ]);
    const texts = await Promise.race([exited.then(() => output), stop.promise]);
    if (flood !== undefined || texts === undefined) {
      await stopGroup(group, exited);
      throw flood ?? signal.reason;
    }
    const [stdout, stderr] = texts;
    if (child.signalCode === null) return { status: child.exitCode ?? undefined, stdout, stderr };
    return {
      status: undefined,
      stdout,
      stderr: `${stderr}${shortName(command)}: killed by ${child.signalCode}\n`,
    };
  } finally {
    signal.removeEventListener("abort", onAbort);
    dropGroup(group);
  }
}

function floodError(command: readonly string[]): MgoError {
  const message = `${shortName(command)} printed more than ${formatSize(KEPT_MAX)}, and was stopped`;
  return new MgoError(message, { hint: `is ${command[0]} the real one?` });
}

/** As in `go env`. */
function shortName([program = "", word = ""]: readonly string[]): string {
  return `${basename(program)} ${word}`.trimEnd();
}

function addGroup(group: number): void {
  groups.add(group);
  guardGroups(groups);
}

function dropGroup(group: number): void {
  groups.delete(group);
  guardGroups(groups);
}

/** Sends a signal to everything that `run` has started, without waiting. */
export function signalAll(signal: NodeJS.Signals): void {
  for (const group of groups) signalGroup(group, signal);
}

/**
 * Becomes another program: it takes over this process with its streams, its signals and its exit status.
 *
 * @throws MgoError when the program cannot be started
 */
export function become(command: readonly [string, ...string[]], env: Environment): never {
  // Bun ignores these two, and what is ignored stays so in the new program; what has a handler does not.
  for (const signal of ["SIGPIPE", "SIGXFSZ"] as const) process.on(signal, () => {});
  // Bun's, that execve is experimental, would be seen where it fails.
  process.removeAllListeners("warning");
  try {
    process.execve?.(command[0], [...command], childEnvironment(env));
  } catch (cause) {
    throw startError(command[0], cause);
  }
  throw new MgoError(`cannot start ${command[0]}: this system cannot replace a process`);
}

/**
 * Finds a program in the folders of PATH, as a shell does. mgo itself, which may have that name there, is left out: it
 * would start itself for ever.
 *
 * @param place its `cwd` is read only if PATH has a relative folder: the working directory may be gone
 */
export function findProgram(
  name: string,
  env: Environment,
  place: { readonly cwd: string },
): string | undefined {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const file = isAbsolute(folder) ? join(folder, name) : resolve(place.cwd, folder, name);
    if (isProgram(file)) return file;
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    const real = realpathSync(file);
    // Under Node, mgo's command is a script beside this one.
    return statSync(file).isFile() && real !== process.execPath && !ENTRIES.includes(dirname(real));
  } catch {
    return false;
  }
}

/** What a program gets of mgo's environment: everything but the switches that steer Bun itself. */
function childEnvironment(env: Environment): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && name !== "BUN_OPTIONS" && name !== "BUN_BE_BUN") result[name] = value;
  }
  return result;
}

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** The process group of which it is the first. */
  readonly group: number;
  readonly exited: Promise<void>;
}

async function start([program = "", ...args]: readonly string[], options: RunOptions): Promise<Started> {
  try {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: childEnvironment(options.env),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const exited = new Promise<void>((done) => child.once("exit", () => done()));
    const { pid } = child;
    if (pid !== undefined) return { child, group: pid, exited };
    throw (await once(child, "error"))[0];
  } catch (cause) {
    throw startError(program, cause);
  }
}

function startError(program: string, cause: unknown): MgoError {
  // What Bun says of this one differs from place to place.
  const reason = hasCode(cause, "ENOEXEC") ? "exec format error" : reasonOf(cause);
  const hint = hasCode(cause, "ENOEXEC")
    ? { hint: "it is neither a program for this machine nor a script that begins with #!" }
    : hasCode(cause, "ENOENT") && existsSync(program)
      ? { hint: "the file is there: what it names as its interpreter is not" }
      : {};
  return new MgoError(`cannot start ${program}: ${reason}`, { ...hint, cause });
}

/** Asks a group to end, ends what has not after GRACE, and waits, not for ever, until nothing of it is left. */
async function stopGroup(group: number, exited: Promise<unknown>): Promise<void> {
  signalGroup(group, "SIGINT");
  // To one that is stopped, the signal comes when it goes on.
  signalGroup(group, "SIGCONT");
  await Promise.race([exited, sleep(GRACE)]);
  signalGroup(group, "SIGKILL");
  await exited;
  // Orphans of the group stay visible until init has collected them.
  for (let tries = 0; tries < 40 && signalGroup(group, 0); tries++) await sleep(5);
}

/** @returns whether there was anything in the group */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
