/** Builds that get stuck, what they have started, and what they leave. */
import { expect } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { HELLO } from "./programs.ts";
import { expectSuccess } from "./run.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace } from "./workspace.ts";

/** A -toolexec program that reports into a FIFO and then holds the build up, once real work begins. */
export const BLOCK = `#!/bin/sh
case "$*" in *-V=full*) exec "$@" ;; esac
echo blocked > "$FIFO"
exec sleep 600
`;
/** One that no SIGINT ends. */
export const DEAF = BLOCK.replace("exec sleep 600", "trap '' INT TERM HUP\nsleep 600\n");

/** Starts mgo on a build that gets stuck, and waits until it is. */
export async function startStuck(
  tool: string,
  command: readonly string[] = MGO,
  workspace = makeWorkspace({ ...HELLO, "tools/block": tool }),
) {
  expectSuccess(run(workspace, ["sh", "-c", "rm -f tools/fifo && mkfifo tools/fifo"]));
  writeFileSync(`${workspace.folder}/hello`, readFileSync("/bin/true"));
  const fifo = `${workspace.folder}/tools/fifo`;
  // Opened for both, so that no tool waits for a reader, also after this one has read its line.
  const reader = await open(fifo, "r+");
  const mark = `MGO_TEST=${workspace.folder}`;
  const child = Bun.spawn([...command, "-toolexec", `${workspace.folder}/tools/block`], {
    cwd: workspace.folder,
    env: { ...workspace.env, FIFO: fifo, MGO_TEST: workspace.folder },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  // A build that ends instead leaves a line itself.
  const line = Buffer.alloc(8);
  void child.exited.then(() => reader.write("ended").catch(() => {}));
  await reader.read(line, 0, 8);
  if (line.toString().startsWith("ended")) {
    throw new Error(`it ended before it was stuck: ${await child.stderr.text()}`);
  }
  return { child, workspace, mark, end: () => reader.close() };
}

/** Processes that have this variable in their environment: everything that a run has started. */
export function processesWith(mark: string): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(mark);
    } catch {
      return false;
    }
  });
}

export function expectNothingLeft(workspace: Workspace, mark: string): void {
  expect(processesWith(mark)).toEqual([]);
  expect(listFiles(workspace.temporary)).toEqual([]);
  expect(listFiles(workspace.cache).map(withoutMode)).toEqual(["- .gitignore", "d build"]);
  expect(readFileSync(`${workspace.folder}/hello`).equals(readFileSync("/bin/true"))).toBe(true);
  expect(
    listFiles(workspace.folder)
      .filter((line) => !/ (?:tools|go\.mod|main\.go|v\d\.go)/.test(line))
      .map(withoutMode),
  ).toEqual(["- hello"]);
}

/** Modes depend on the umask that the tests run with. */
function withoutMode(line: string): string {
  return line.replace(/^(.)\d+/, "$1");
}

/**
 * Waits for what another process is about to do.
 *
 * @param child the one that does it, if its end would leave nobody to do it
 */
export async function waitUntil(isSo: () => boolean, child?: Bun.Subprocess): Promise<void> {
  while (!isSo()) {
    if (child !== undefined && child.exitCode !== null && !isSo()) {
      throw new Error(`it ended with status ${child.exitCode} before that`);
    }
    await Bun.sleep(10);
  }
}
