/**
 * Other programs: the only place where mgo starts any.
 *
 * A program that mgo waits for runs in a process group of its own, so that stopping it stops everything that it
 * started: `go build` has compilers, linkers and cgo's tools below it.
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { MgoError, reasonOf } from "./error.ts";

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
}

export interface RunResult {
  /** The exit status; undefined when a signal ended the program. */
  readonly status: number | undefined;
  /** The signal that ended the program. */
  readonly killedBy: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const groups = new Set<number>();

/**
 * Runs a program to its end, with nothing on standard input.
 *
 * @throws the abort signal's reason, once nothing of the program runs any more
 * @throws MgoError when the program cannot be started
 */
export async function run(command: readonly string[], options: RunOptions): Promise<RunResult> {
  const { signal } = options;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  const child = start(command, options);
  groups.add(child.pid);
  try {
    const output = Promise.all([readAll(child.stdout), readLines(child.stderr, options.onStderrLine)]);
    const texts = await Promise.race([child.exited.then(() => output), aborted.promise]);
    if (texts === undefined) {
      await stopGroup(child.pid, child.exited);
      throw signal.reason;
    }
    const [stdout, stderr] = texts;
    const killedBy = child.signalCode === null ? undefined : String(child.signalCode);
    return { status: child.exitCode ?? undefined, killedBy, stdout, stderr };
  } finally {
    signal.removeEventListener("abort", onAbort);
    groups.delete(child.pid);
  }
}

/** Kills everything that `run` has started, without waiting: for a user who asks a second time. */
export function killAll(): void {
  for (const group of groups) signalGroup(group, "SIGKILL");
}

/**
 * Becomes another program: it takes over this process with its streams, its signals and its exit status.
 *
 * @throws MgoError when the program cannot be started
 */
export function become(command: readonly [string, ...string[]], env: Environment): never {
  // Bun ignores these two, and what is ignored stays so in the new program; what has a handler does not.
  for (const signal of ["SIGPIPE", "SIGXFSZ"] as const) process.on(signal, () => {});
  try {
    process.execve?.(command[0], [...command], childEnvironment(env));
  } catch (cause) {
    throw new MgoError(`cannot start ${command[0]}: ${reasonOf(cause)}`, { cause });
  }
  throw new MgoError(`cannot start ${command[0]}: this system cannot replace a process`);
}

/**
 * Finds a program in the folders of PATH, as a shell does.
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
    return statSync(file).isFile();
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

function start(command: readonly string[], options: RunOptions) {
  try {
    return Bun.spawn([...command], {
      cwd: options.cwd,
      env: childEnvironment(options.env),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
    });
  } catch (cause) {
    throw new MgoError(`cannot start ${command[0]}: ${reasonOf(cause)}`, { cause });
  }
}

/** Asks a group to end, ends what has not after GRACE, and waits, not for ever, until nothing of it is left. */
async function stopGroup(group: number, exited: Promise<unknown>): Promise<void> {
  signalGroup(group, "SIGINT");
  await Promise.race([exited, Bun.sleep(GRACE)]);
  signalGroup(group, "SIGKILL");
  await exited;
  // Orphans of the group stay visible until init has collected them.
  for (let tries = 0; tries < 40 && signalGroup(group, 0); tries++) await Bun.sleep(5);
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

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text();
}

async function readLines(
  stream: ReadableStream<Uint8Array>,
  onLine: ((line: string) => boolean) | undefined,
): Promise<string> {
  if (onLine === undefined) return await readAll(stream);
  const decoder = new TextDecoder();
  let kept = "";
  let pending = "";
  const take = (text: string): void => {
    const lines = (pending + text).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) if (!onLine(line)) kept += `${line}\n`;
  };
  for await (const chunk of stream) take(decoder.decode(chunk, { stream: true }));
  return kept + pending;
}
