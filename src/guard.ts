/**
 * What mgo cannot do any more when SIGKILL ends it: the guard, a shell in a session of its own, then kills the
 * programs that mgo has started and removes its private files.
 *
 * The guard reads command lines from a pipe that only mgo can write, keeps the last one, and runs it when the pipe
 * ends, which is when mgo does. Where there is no shell, such programs go on until they end by themselves, and the
 * next run removes the files.
 */
import type { FileSink, Subprocess } from "bun";

const SHELL = "/bin/sh";
const SCRIPT = 'while IFS= read -r line; do last=$line; done; eval "$last"';

let guard: Subprocess<"pipe", "ignore", "ignore"> | undefined;
let isMissing = false;
let groups: readonly number[] = [];
let paths: readonly string[] = [];

/** Names the process groups that must not outlive mgo, in place of those that were named before. */
export function guardGroups(list: Iterable<number>): void {
  groups = [...list];
  tell();
}

/** Names the files and folders that must not outlive mgo, in place of those that were named before. */
export function guardPaths(list: Iterable<string>): void {
  paths = [...list];
  tell();
}

/** Ends the guard, for which nothing is left to do. */
export async function endGuard(): Promise<void> {
  guard?.kill("SIGKILL");
  await guard?.exited;
}

/** Sends at once: mgo may be killed right after. */
function tell(): void {
  const sink = openGuard();
  if (sink === undefined) return;
  try {
    sink.write(`${commandLine()}\n`);
    sink.flush();
  } catch {
    // Somebody has killed the guard.
  }
}

function openGuard(): FileSink | undefined {
  if (guard === undefined && !isMissing) {
    try {
      guard = Bun.spawn([SHELL, "-c", SCRIPT], {
        cwd: "/",
        env: { PATH: process.env.PATH ?? "" },
        stdio: ["pipe", "ignore", "ignore"],
        detached: true,
      });
      guard.unref();
    } catch {
      isMissing = true;
    }
  }
  return guard?.stdin;
}

/** What is killed may make files until it is gone: removing is tried again. */
function commandLine(): string {
  const kill = groups.length === 0 ? ":" : `kill -s KILL -- ${groups.map((group) => `-${group}`).join(" ")}`;
  // The guard reads lines.
  const words = paths.filter((path) => !path.includes("\n")).map(quote);
  if (words.length === 0) return kill;
  const remove = `rm -rf -- ${words.join(" ")}`;
  return `${kill}; ${remove} || { sleep 1; ${remove}; }`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
