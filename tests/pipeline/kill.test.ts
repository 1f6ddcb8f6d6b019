/**
 * SIGKILL, at any moment: the old output is whole, programs that mgo has started end, and nothing is left, at
 * the latest when mgo has run again.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HELLO } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { BLOCK, expectNothingLeft, processesWith, startStuck, waitUntil } from "../support/stuck.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

/** The shell that watches over a process: it is its child, and has none of its environment. */
function guardOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ");
  const guard = children.find((child) => readFileSync(`/proc/${child}/cmdline`, "latin1").includes("IFS="));
  if (guard === undefined) throw new Error("there is no guard");
  return Number(guard);
}

function cacheNames({ cache }: Workspace): readonly string[] {
  return readdirSync(join(cache, "build"));
}

test("programs of a killed mgo end with it, and its private files are removed", async () => {
  const { child, workspace, mark, end } = await startStuck(BLOCK);
  child.kill("SIGKILL");
  await waitUntil(() => processesWith(mark).length === 0);
  await waitUntil(() => cacheNames(workspace).length === 0 && readdirSync(workspace.temporary).length === 0);
  await end();
  expectNothingLeft(workspace, mark);
});

test("the next run removes what a killed guard has left, and nothing of a run that goes on", async () => {
  const { child, workspace, mark, end } = await startStuck(BLOCK);
  const [lost] = readdirSync(workspace.temporary);
  process.kill(guardOf(child.pid), "SIGKILL");
  child.kill("SIGKILL");
  await child.exited;
  await end();
  for (const pid of processesWith(mark)) process.kill(Number(pid), "SIGKILL");
  const leftover = ".hello.0123456789ab.mgo-tmp";
  writeFileSync(join(workspace.folder, leftover), "half");
  expect(lost).toStartWith("mgo-build-");
  expect(cacheNames(workspace).map((name) => name.replace(/-.*/, ""))).toEqual(["taken"]);
  // Other folders, whatever they hold, are nobody's leftovers.
  mkdirSync(join(workspace.temporary, "mgo-build-backup"));

  // Same places, and the second run is alive while the third cleans up.
  const other = await startStuck(BLOCK, MGO, workspace);
  const used = [...readdirSync(workspace.temporary), ...cacheNames(workspace)];
  expect(used).not.toContain(lost);
  expect(existsSync(join(workspace.folder, leftover))).toBe(false);
  expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1", "-o", "hello"]));
  const after = [...readdirSync(workspace.temporary), ...cacheNames(workspace)];
  expect(after).toEqual(expect.arrayContaining(used));
  other.child.kill("SIGTERM");
  await other.child.exited;
  await other.end();
  expect(readdirSync(workspace.temporary)).toEqual(["mgo-build-backup"]);
  expect(cacheNames(workspace).filter((name) => name.startsWith("taken-"))).toEqual([]);
});

test("without a shell for the guard mgo builds all the same", () => {
  const workspace = makeWorkspace(HELLO);
  const without = 'mount --bind /dev/null /bin/sh && exec "$@"';
  const { status } = run(workspace, ["unshare", "-rm", "bash", "-c", without, "bash", ...MGO, "-o", "x"]);
  expect(status).toBe(0);
  expect(run(workspace, ["./x"], { GOAMD64: "v2" }).stdout).toBe("level v2\n");
});

const strace = Bun.which("strace");

/**
 * System calls of mgo's own threads (strace lets go of other programs at their execve), and which of them
 * kills it: `sendto` is each word to the guard, before and after each program and each private file.
 */
const MOMENTS: readonly (readonly [string, readonly number[]])[] = [
  ["sendto", [1, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
  ["vfork", [1, 3, 6]],
  ["flock", [1, 2, 3]],
  ["mkdir", [1]],
  ["rename", [1]],
  ["utimensat", [1]],
  ["unlinkat", [1]],
];
const moments = MOMENTS.flatMap(([call, counts]) => counts.map((count) => [call, count] as const));

describe.skipIf(strace === null)("killed (needs strace)", () => {
  const workspace = makeWorkspace(HELLO);
  const build = [...MGO, "-mgo.levels=v1,v3"];
  const hello = join(workspace.folder, "hello");
  const print = (): string => run(workspace, [hello], { GOAMD64: "v1" }).stdout;
  beforeAll(() => void expectSuccess(run(workspace, build)));

  test.each(moments)("at %s number %i", async (call, count) => {
    const [old, before] = [readFileSync(hello), print()];
    const source = `package main\n\nfunc init() { greeting = "${call}${count}" }\n`;
    writeFileSync(join(workspace.folder, "new.go"), source);
    const inject = `inject=${call}:signal=KILL:when=${count}`;
    const traced = ["strace", "-f", "-b", "execve", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
    const mark = { MGO_TEST: workspace.folder };
    expect(run(workspace, [...traced, ...build], mark).signal).toBe("SIGKILL");

    const after = `${call}${count} v1\n`;
    expect(print()).toBe(readFileSync(hello).equals(old) ? before : after);
    // A `go` that mgo had not yet told its guard about ends by itself.
    await waitUntil(() => processesWith(`MGO_TEST=${workspace.folder}`).length === 0);

    expectSuccess(run(workspace, build));
    expect(print()).toBe(after);
    expect(listFiles(workspace.temporary)).toEqual([]);
    expect(cacheNames(workspace)).toHaveLength(1);
    expect(listFiles(workspace.folder).filter((line) => line.includes("mgo-tmp"))).toEqual([]);
  });
});
