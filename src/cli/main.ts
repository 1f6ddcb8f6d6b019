/**
 * mgo's command line: arguments → command → exit status. The only place that catches, and the only one that exits.
 */
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { inspect as show } from "node:util";
import packageJson from "../../package.json" with { type: "json" };
import { loadHash } from "../engine/hash.ts";
import { chdirLength } from "../go/arity.ts";
import { MgoError } from "../system/error.ts";
import { endGuard } from "../system/guard.ts";
import { type Context, Interrupted, signalAll } from "../system/process.ts";
import { removeAllOwn } from "../system/scratch.ts";
import {
  BrokenPipe,
  columnsOfStderr,
  failure,
  flushStreams,
  writeStderr,
  writeStdout,
} from "../system/streams.ts";
import { foldLine } from "../system/text.ts";
import { checkArguments, checkFolder } from "../system/utf8.ts";
import * as bench from "./commands/bench.ts";
import * as build from "./commands/build.ts";
import * as completion from "./commands/completion.ts";
import * as extract from "./commands/extract.ts";
import * as inspect from "./commands/inspect.ts";
import * as man from "./commands/man.ts";
import * as pack from "./commands/pack.ts";
import * as passthrough from "./commands/passthrough.ts";
import * as run from "./commands/run.ts";
import * as verify from "./commands/verify.ts";
import { HELP, helpOf } from "./help.ts";
import { COMMANDS, type CommandName } from "./reference/commands.ts";
import type { CommandEntry } from "./reference/types.ts";

type Command = (context: Context) => number | Promise<number>;
type OwnCommand = (args: readonly string[], context: Context) => number | Promise<number>;

const HELP_FLAG = /^--?(?:h|help)$/;
const OWN_COMMANDS: Readonly<Record<CommandName, OwnCommand>> = {
  build: build.run,
  install: build.install,
  run: run.run,
  pack: pack.run,
  inspect: inspect.run,
  extract: extract.run,
  verify: verify.run,
  bench: bench.run,
  completion: completion.run,
  man: man.run,
};

/** Signals that ask mgo to stop, with their numbers on Linux and macOS. */
const STOP_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;
type StopSignal = keyof typeof STOP_SIGNALS;

/** What a shell calls death by SIGPIPE: a reader that has gone ends a command without a word. */
const STATUS_EPIPE = 141;

await main();

async function main(): Promise<void> {
  const controller = new AbortController();
  watchSignals(controller);
  watchStops();
  const { signal } = controller;
  const stopped = new Promise<void>((done) => signal.addEventListener("abort", () => done()));
  // A reader that does not read must not keep mgo from being stopped.
  const flushed = async (): Promise<void> => Promise.race([flushStreams(), stopped]);
  let status: number;
  try {
    const args = process.argv.slice(2);
    checkArguments(args);
    const command = findCommand(args);
    const ended = (async (): Promise<number> => command(contextWith(signal)))();
    status = await Promise.race([ended, failure]);
    await Promise.race([flushed(), failure]);
  } catch (error) {
    if (signal.reason instanceof Interrupted) return dieBy(signal.reason.signal);
    status = explain(error);
    await flushed();
  }
  if (signal.reason instanceof Interrupted) return dieBy(signal.reason.signal);
  // Of a run that could not go on, because nobody takes what it writes, something may be left.
  signalAll("SIGKILL");
  removeAllOwn();
  await endGuard();
  process.exit(status);
}

function contextWith(signal: AbortSignal): Context {
  return {
    env: process.env,
    get cwd() {
      const folder = workingDirectory();
      checkFolder(folder);
      return folder;
    },
    signal,
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new MgoError("the working directory is gone or cannot be read", { cause });
  }
}

function findCommand(args: readonly string[]): Command {
  const [word = "", ...rest] = args;
  if (/^--?version$/.test(word)) return () => print(`mgo ${packageJson.version}\n`);
  const asked = word === "help" ? COMMANDS.find(({ name }) => name === rest[0]) : undefined;
  if (asked !== undefined) return () => print(helpOf(asked));
  if (HELP_FLAG.test(word) || (word === "help" && rest[0] === undefined)) return () => print(HELP);
  if (word === "__complete") return () => completion.answer(rest);
  const entry = COMMANDS.find(({ name }) => name === word);
  if (entry !== undefined) {
    // Builds look for it among the flags that have values, themselves.
    if (!isBuild(entry) && rest.some((arg) => HELP_FLAG.test(arg))) return () => print(helpOf(entry));
    return withHash((context) => OWN_COMMANDS[entry.name](rest, context));
  }
  if (passthrough.GO_COMMANDS.has(word)) return (context) => passthrough.run(args, context);

  // Go takes `go -C dir build` as well as `go build -C dir`.
  const chdir = chdirLength(args);
  const next = chdir > 0 ? (args[chdir] ?? "") : "";
  if (passthrough.GO_COMMANDS.has(next)) return (context) => passthrough.run(args, context);
  const words = [...args.slice(0, chdir), ...args.slice(chdir + 1)];
  const named = COMMANDS.filter(isBuild).find(({ name }) => name === next);
  if (named !== undefined) return withHash((context) => OWN_COMMANDS[named.name](words, context));
  return withHash((context) => build.run(args, context));
}

/** A command of mgo's own, which reads or writes bundles. */
function withHash(command: Command): Command {
  return async (context) => {
    await loadHash();
    return command(context);
  };
}

function isBuild(entry: CommandEntry): boolean {
  return entry.isBuild === true;
}

function print(text: string): number {
  writeStdout(text);
  return 0;
}

/** @returns the exit status */
function explain(error: unknown): number {
  const trace = (process.env.MGODEBUG ?? "").split(",").includes("trace");
  if (error instanceof BrokenPipe) return STATUS_EPIPE;
  if (error instanceof MgoError) {
    writeStderr(`${fit(`mgo: ${oneLine(error.message)}`)}\n`);
    if (error.hint !== undefined) writeStderr(`${fit(`hint: ${error.hint}`)}\n`);
  } else {
    writeStderr(`mgo: this is a bug in mgo: ${error instanceof Error ? error.message : String(error)}\n`);
    if (!trace) writeStderr("hint: MGODEBUG=trace shows where; please report it with that\n");
  }
  if (trace) writeStderr(`${show(error)}\n`);
  return error instanceof MgoError ? error.status : 1;
}

/** On a terminal, a line that goes on below its text, not below its `mgo:`; elsewhere one line, as scripts want it. */
function fit(line: string): string {
  const columns = columnsOfStderr();
  // What another program has said has lines of its own.
  return columns === undefined || line.includes("\n") ? line : foldLine(line, columns, line.indexOf(" ") + 1);
}

/** Names of files may hold line ends, and what a terminal obeys: they are shown as Go quotes them. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (found) =>
    found === "\n" ? "\\n" : `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** The first signal has everything stop in good order; a second one does not wait for that. */
function watchSignals(controller: AbortController): void {
  const ignored = ignoredSignals();
  for (const [name, number] of Object.entries(STOP_SIGNALS)) {
    // Under nohup and in a script's background, signals are ignored from the start, and should stay so.
    if ((ignored >> BigInt(number - 1)) & 1n) continue;
    process.on(name, () => {
      if (!controller.signal.aborted) return controller.abort(new Interrupted(name as StopSignal));
      signalAll("SIGKILL");
      dieBy(name as StopSignal);
    });
  }
}

/** Ctrl-Z: what mgo has started is in groups of its own, which the terminal does not stop. */
function watchStops(): void {
  const number = constants.signals.SIGTSTP;
  if ((ignoredSignals() >> BigInt(number - 1)) & 1n) return;
  process.on("SIGTSTP", () => {
    signalAll("SIGSTOP");
    process.kill(process.pid, "SIGSTOP");
  });
  process.on("SIGCONT", () => signalAll("SIGCONT"));
}

/** Linux's mask of the signals that this process ignores; where it cannot be read, none. */
function ignoredSignals(): bigint {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
    return BigInt(`0x${mask ?? "0"}`);
  } catch {
    return 0n;
  }
}

/** Dies as the signal's sender expects: a shell sees 128 + its number, and a script stops with it. */
function dieBy(signal: NodeJS.Signals): void {
  removeAllOwn();
  void endGuard();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
