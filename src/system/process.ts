/**
 * Runs other programs. Nothing else in mgo starts any, but for the guard.
 *
 * Each program runs in a process group of its own, so that stopping it stops its children as well: `go build`
 * has compilers, linkers and cgo's tools below it. The guard stops them if mgo is killed.
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

/**
 * The folder of mgo's own command: beside the bundled modules in the npm package, src/entry in a checkout.
 */
const ENTRIES: readonly string[] = [import.meta.dirname, join(import.meta.dirname, "..", "entry")];

/** Milliseconds that a process group gets to end after SIGINT, before SIGKILL. */
const GRACE = 400;

/** Environment variables, as in process.env. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The surroundings of one of mgo's commands. */
export interface Context {
  readonly env: Environment;
  /** The absolute path of the working directory. Throws an MgoError if that is gone. */
  readonly cwd: string;
  /** Aborted when mgo is asked to stop. */
  readonly signal: AbortSignal;
}

/** The reason of an abort by a signal that asked mgo to stop. */
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
  /** Stops the program, and everything that it started, when aborted. */
  readonly signal: AbortSignal;
  /** Sees standard error line by line while the program runs; a line for which it returns true is dropped. */
  readonly onStderrLine?: (line: string) => boolean;
  /** Called when a stream brings more than KEPT_MAX. Without it, `run` stops the program and throws. */
  readonly onFlood?: () => void;
}

export interface RunResult {
  /** The exit status; undefined when a signal ended the program. */
  readonly status: number | undefined;
  readonly stdout: string;
  /** Ends with a line about the signal, if one ended the program. */
  readonly stderr: string;
}

const groups = new Set<number>();

/**
 * Runs a program to its end, with an empty standard input. Does not wait for children that it leaves in the
 * background, even if they hold its streams open.
 *
 * @throws the abort signal's reason, once nothing of the program runs any more
 * @throws MgoError if the program cannot be started, or prints more than KEPT_MAX
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
  const message = `${shortName(command)} stopped: more than ${formatSize(KEPT_MAX)} of output`;
  return new MgoError(message, { hint: `is ${command[0]} the real one?` });
}

/** The program and its first argument, as in `go env`. */
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
 * Replaces this process by another program, which takes over its streams, signals and exit status.
 *
 * @throws MgoError if the program cannot be started
 */
export function become(command: readonly [string, ...string[]], env: Environment): never {
  // Bun ignores these two, and a new program inherits that; a signal with a handler is reset.
  for (const signal of ["SIGPIPE", "SIGXFSZ"] as const) process.on(signal, () => {});
  // If execve fails, its warning that it is experimental would be printed.
  process.removeAllListeners("warning");
  try {
    process.execve?.(command[0], [...command], childEnvironment(env));
  } catch (cause) {
    throw startError(command[0], cause);
  }
  throw new MgoError(`cannot start ${command[0]}: this system cannot replace a process`);
}

/**
 * Finds a program in the folders of PATH, as a shell does, but never mgo itself, which may have that name
 * there.
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
    // Under Node, mgo's command is a script.
    return statSync(file).isFile() && real !== process.execPath && !ENTRIES.includes(dirname(real));
  } catch {
    return false;
  }
}

/** Returns the environment without the variables that steer Bun. */
function childEnvironment(env: Environment): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && name !== "BUN_OPTIONS" && name !== "BUN_BE_BUN") result[name] = value;
  }
  return result;
}

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** The process group that it leads. */
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
  if (hasCode(cause, "ENOEXEC")) {
    // Node's table of errors lacks it.
    const hint = "it is neither a program for this machine nor a script that begins with #!";
    return new MgoError(`cannot start ${program}: exec format error`, { hint, cause });
  }
  const hint =
    hasCode(cause, "ENOENT") && existsSync(program)
      ? { hint: "the file is there, but not the interpreter that it names" }
      : {};
  return new MgoError(`cannot start ${program}: ${reasonOf(cause)}`, { ...hint, cause });
}

/** Asks a group to end, kills it after GRACE, and waits, for 200 ms at most, until nothing is left of it. */
async function stopGroup(group: number, exited: Promise<unknown>): Promise<void> {
  signalGroup(group, "SIGINT");
  // A suspended process gets the signal when it continues.
  signalGroup(group, "SIGCONT");
  await Promise.race([exited, sleep(GRACE)]);
  signalGroup(group, "SIGKILL");
  await exited;
  // Orphans of the group remain until init has reaped them.
  for (let tries = 0; tries < 40 && signalGroup(group, 0); tries++) await sleep(5);
}

/** @returns whether the group had any process */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
