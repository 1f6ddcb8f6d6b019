/** Signals: mgo stops with all that it has started and leaves nothing behind. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HELLO } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { BLOCK, DEAF, expectNothingLeft, processesWith, startStuck, waitUntil } from "../support/stuck.ts";
import { listFiles, MGO, makeWorkspace, run } from "../support/workspace.ts";

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
  // The program that was killed last may still be ending.
  await waitUntil(() => processesWith(mark).length === 0);
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

const strace = Bun.which("strace");

test.skipIf(strace === null)("one signal ends mgo while it waits for the reader of a pipe", async () => {
  const workspace = makeWorkspace(HELLO);
  const fifo = join(workspace.folder, "x");
  expectSuccess(run(workspace, ["mkfifo", fifo]));
  const traced = ["strace", "-f", "-q", "-b", "execve", "-o", "trace", "-e", "trace=openat", "-P", fifo];
  const child = Bun.spawn([...traced, ...MGO, "-mgo.levels=v1", "-o", "x"], {
    cwd: workspace.folder,
    env: workspace.env,
    stdin: "ignore",
    stderr: "inherit",
  });
  // The kernel refuses to open it for writing while nobody reads.
  const trace = join(workspace.folder, "trace");
  const refused = () => existsSync(trace) && /^(\d+) .* ENXIO /m.exec(readFileSync(trace, "utf8"))?.[1];
  await waitUntil(() => Boolean(refused()), child);
  // The number of one of its threads stands for all of mgo.
  process.kill(Number(refused()), "SIGTERM");
  await child.exited;
  expect(String(child.signalCode)).toBe("SIGTERM");
  expect(listFiles(workspace.temporary)).toEqual([]);
});

test("through npx, the signal reaches mgo and its caller sees it", async () => {
  const npx = ["node", `${import.meta.dir}/../../src/entry/npx.js`];
  const { child, workspace, mark, end } = await startStuck(BLOCK, npx);
  child.kill("SIGTERM");
  await child.exited;
  await end();
  expect(String(child.signalCode)).toBe("SIGTERM");
  expectNothingLeft(workspace, mark);
});

/** The state of each process, as in `ps`: T is stopped. */
function states(mark: string): readonly string[] {
  return processesWith(mark).map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  });
}

test("Ctrl-Z stops everything that mgo has started, and SIGCONT has it go on", async () => {
  const { child, workspace, mark, end } = await startStuck(BLOCK);
  expect(states(mark)).not.toContain("T");
  child.kill("SIGTSTP");
  await waitUntil(() => states(mark).every((state) => state === "T"));
  child.kill("SIGCONT");
  await waitUntil(() => !states(mark).includes("T"));
  child.kill("SIGTERM");
  await child.exited;
  await end();
  expectNothingLeft(workspace, mark);
});

test("a stopped mgo can be ended", async () => {
  const { child, workspace, mark, end } = await startStuck(BLOCK);
  child.kill("SIGTSTP");
  await waitUntil(() => states(mark).every((state) => state === "T"));
  child.kill("SIGTERM");
  child.kill("SIGCONT");
  await child.exited;
  await end();
  expect(String(child.signalCode)).toBe("SIGTERM");
  expectNothingLeft(workspace, mark);
});
