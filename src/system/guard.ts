/**
 * The guard: a shell in a session of its own. When SIGKILL has ended mgo, it kills the programs that mgo
 * started and removes mgo's scratch.
 *
 * The guard reads command lines from a pipe that only mgo can write, keeps the last one, and runs it when the
 * pipe closes, which is when mgo ends. Without a shell on the system, such programs run to their end, and the
 * next run of mgo removes the files.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { quoteForShell } from "./shell.ts";

const SHELL = "/bin/sh";
const SCRIPT = 'while IFS= read -r line; do last=$line; done; eval "$last"';

interface Guard {
  /** Sends a line without delay: mgo may be killed right after. */
  tell(line: string): void;
  end(): Promise<unknown>;
}

let guard: Guard | undefined;
let groups: readonly number[] = [];
let paths: readonly string[] = [];

/** Sets the process groups that must not outlive mgo. */
export function guardGroups(list: Iterable<number>): void {
  groups = [...list];
  update();
}

/** Sets the files and folders that must not outlive mgo. */
export function guardPaths(list: Iterable<string>): void {
  paths = [...list];
  update();
}

/** Ends the guard, when nothing is left for it to do. */
export async function endGuard(): Promise<void> {
  await guard?.end();
}

function update(): void {
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

/** Uses Bun's own interface: through Node's, Bun holds lines back while it writes others. */
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
      // Node waits for no child that is unreferenced.
      child.ref();
      child.kill("SIGKILL");
      return ended;
    },
  };
}

/** Removes twice: killed programs may make files until they are gone. */
function commandLine(): string {
  const kill = groups.length === 0 ? ":" : `kill -s KILL -- ${groups.map((group) => `-${group}`).join(" ")}`;
  // The guard reads single lines.
  const words = paths.filter((path) => !path.includes("\n")).map(quoteForShell);
  if (words.length === 0) return kill;
  const remove = `rm -rf -- ${words.join(" ")}`;
  return `${kill}; ${remove} || { sleep 1; ${remove}; }`;
}
