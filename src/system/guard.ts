/**
 * What mgo cannot do any more when SIGKILL ends it: the guard, a shell in a session of its own, then kills the
 * programs that mgo has started and removes its private files.
 *
 * The guard reads command lines from a pipe that only mgo can write, keeps the last one, and runs it when the pipe
 * ends, which is when mgo does. Where there is no shell, such programs go on until they end by themselves, and the
 * next run removes the files.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { quoteForShell } from "./shell.ts";

const SHELL = "/bin/sh";
const SCRIPT = 'while IFS= read -r line; do last=$line; done; eval "$last"';

interface Guard {
  /** Sends at once: mgo may be killed right after. */
  tell(line: string): void;
  end(): Promise<unknown>;
}

let guard: Guard | undefined;
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
  await guard?.end();
}

function tell(): void {
  guard ??= start();
  guard.tell(`${commandLine()}\n`);
}

function start(): Guard {
  try {
    return globalThis.Bun === undefined ? startByNode() : startByBun();
  } catch {
    // There is no shell.
    return { tell: () => {}, end: async () => {} };
  }
}

const OPTIONS = {
  cwd: "/",
  env: { PATH: process.env.PATH ?? "" },
  detached: true,
};

/** Node's own interface in Bun keeps lines back while it writes others. */
function startByBun(): Guard {
  const child = Bun.spawn([SHELL, "-c", SCRIPT], { ...OPTIONS, stdio: ["pipe", "ignore", "ignore"] });
  child.unref();
  return {
    tell(line) {
      try {
        child.stdin.write(line);
        child.stdin.flush();
      } catch {
        // Somebody has killed the guard.
      }
    },
    end() {
      child.kill("SIGKILL");
      return child.exited;
    },
  };
}

function startByNode(): Guard {
  const child = spawn(SHELL, ["-c", SCRIPT], { ...OPTIONS, stdio: ["pipe", "ignore", "ignore"] });
  const ended = Promise.race([once(child, "exit"), once(child, "error")]).catch(() => {});
  // Somebody may kill the guard.
  child.stdin.on("error", () => {});
  child.unref();
  return {
    tell(line) {
      child.stdin.write(line);
    },
    end() {
      // Node waits for nothing that it was told to let go.
      child.ref();
      child.kill("SIGKILL");
      return ended;
    },
  };
}

/** What is killed may make files until it is gone: removing is tried again. */
function commandLine(): string {
  const kill = groups.length === 0 ? ":" : `kill -s KILL -- ${groups.map((group) => `-${group}`).join(" ")}`;
  // The guard reads lines.
  const words = paths.filter((path) => !path.includes("\n")).map(quoteForShell);
  if (words.length === 0) return kill;
  const remove = `rm -rf -- ${words.join(" ")}`;
  return `${kill}; ${remove} || { sleep 1; ${remove}; }`;
}
