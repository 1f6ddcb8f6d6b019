/**
 * Signals: mgo stops with all that it has started and leaves nothing behind.
 */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { expectSuccess } from "../support/compare.ts";
import { HELLO } from "../support/programs.ts";
import {
  listFiles,
  MGO,
  makeWorkspace,
  removeWorkspaces,
  run,
  type Workspace,
} from "../support/workspace.ts";

setDefaultTimeout(60_000);
afterAll(removeWorkspaces);

/** A -toolexec program that reports into a FIFO and then holds the build up, once real work begins. */
const BLOCK = `#!/bin/sh
case "$*" in *-V=full*) exec "$@" ;; esac
echo blocked > "$FIFO"
exec sleep 600
`;
/** One that no SIGINT ends. */
const DEAF = BLOCK.replace("exec sleep 600", "trap '' INT TERM HUP\nsleep 600\n");

/** Starts mgo on a build that gets stuck, and waits until it is. */
async function startStuck(tool: string, command: readonly string[] = MGO) {
  const workspace = makeWorkspace({ ...HELLO, "tools/block": tool });
  expectSuccess(run(workspace, ["mkfifo", "tools/fifo"]));
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
  await reader.read(Buffer.alloc(8), 0, 8);
  return { child, workspace, mark, end: () => reader.close() };
}

/** Processes that have this variable in their environment: everything that a run has started. */
function processesWith(mark: string): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`, "latin1").split("\0").includes(mark);
    } catch {
      return false;
    }
  });
}

function expectNothingLeft(workspace: Workspace, mark: string): void {
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

test.each([
  ["SIGINT", "tools that end with it", BLOCK],
  ["SIGTERM", "tools that end with it", BLOCK],
  ["SIGHUP", "tools that end with it", BLOCK],
  ["SIGQUIT", "tools that end with it", BLOCK],
  ["SIGTERM", "tools that ignore it", DEAF],
] as const)("%s ends mgo by that signal, with %s", async (signal, _, tool) => {
  const { child, workspace, mark, end } = await startStuck(tool);
  expect(processesWith(mark).length).toBeGreaterThan(2);
  child.kill(signal);
  await child.exited;
  await end();
  expect(String(child.signalCode)).toBe(signal);
  expect(await child.stderr.text()).toBe("");
  expectNothingLeft(workspace, mark);
});

test("a second signal ends mgo at once, and still nothing is left", async () => {
  const { child, workspace, mark, end } = await startStuck(DEAF);
  child.kill("SIGINT");
  child.kill("SIGTERM");
  await child.exited;
  await end();
  expect(child.signalCode).not.toBeNull();
  // What was killed last may still be on its way out.
  for (let tries = 0; tries < 1000 && processesWith(mark).length > 0; tries++) await Bun.sleep(1);
  expectNothingLeft(workspace, mark);
});

test("a signal that was ignored from the start stays ignored", async () => {
  const { child, workspace, mark, end } = await startStuck(BLOCK, [
    "sh",
    "-c",
    'trap "" HUP; exec "$@"',
    "sh",
    ...MGO,
  ]);
  child.kill("SIGHUP");
  child.kill("SIGTERM");
  await child.exited;
  await end();
  expect(String(child.signalCode)).toBe("SIGTERM");
  expectNothingLeft(workspace, mark);
});

test("one signal ends mgo while it waits for the reader of a pipe", async () => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(run(workspace, ["mkfifo", "x"]));
  const child = Bun.spawn([...MGO, "-v", "-mgo.levels=v1", "-o", "x"], {
    cwd: workspace.folder,
    env: workspace.env,
    stdin: "ignore",
    stderr: "pipe",
  });
  for await (const chunk of child.stderr) if (Buffer.from(chunk).includes("built in")) break;
  await Bun.sleep(100);
  child.kill("SIGTERM");
  await child.exited;
  expect(String(child.signalCode)).toBe("SIGTERM");
  expect(listFiles(workspace.temporary)).toEqual([]);
});

test("through npx, the signal reaches mgo and its caller sees it", async () => {
  const npx = ["node", `${import.meta.dir}/../../src/npx.js`];
  const { child, workspace, mark, end } = await startStuck(BLOCK, npx);
  child.kill("SIGTERM");
  await child.exited;
  await end();
  expect(String(child.signalCode)).toBe("SIGTERM");
  expectNothingLeft(workspace, mark);
});
