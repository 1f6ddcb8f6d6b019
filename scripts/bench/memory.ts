/** The memory of four processes of the same program at once. */
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { $ } from "../script.ts";
import type { Place, Startable } from "./starter.ts";

const PROCESSES = 4;
/** Milliseconds between two looks, and of the longest wait. */
const INTERVAL = 250;
const PATIENCE = 10_000;
/** Part by which two looks may differ when the memory has settled. */
const SETTLED = 0.002;

/**
 * Starts four processes, waits until their memory settles, and ends them.
 *
 * It counts each process's proportional share of what it has mapped (Pss), and once each, as a whole, the
 * files in memory that processes were executed from or have open: also their unmapped pages take memory.
 * Shared memory is in both and is counted as the latter only. The system's count of shared memory
 * (/proc/meminfo) would include all other programs.
 *
 * @returns bytes
 * @throws Error if one ends before it is told to
 */
export async function measureMemory(
  { path, level }: Startable,
  args: readonly string[],
  place: Place,
  pin: readonly string[],
): Promise<number> {
  const env = { ...place.env, ...(level === undefined ? {} : { GOAMD64: level }) };
  const start = $({ cwd: place.cwd, env, stdio: ["pipe", "ignore", "ignore"], nothrow: true });
  // exec: the process that is looked at is the program, not the shell before it.
  const children = Array.from({ length: PROCESSES }, () => start`exec ${[...pin, path, ...args]}`);
  try {
    const pids = children.flatMap(({ pid }) => pid ?? []);
    let before = 0;
    for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
      await Bun.sleep(INTERVAL);
      if (children.some(({ stage }) => stage !== "running")) {
        throw new Error(`with the arguments ${JSON.stringify(args)} it does not stay`);
      }
      const bytes = memoryOf(pids);
      if (waited >= 4 * INTERVAL && Math.abs(bytes - before) <= SETTLED * bytes) return bytes;
      before = bytes;
    }
    return before;
  } finally {
    for (const child of children) child.child?.kill("SIGKILL");
    await Promise.all(children);
  }
}

function memoryOf(pids: readonly number[]): number {
  const files = new Map<number, number>();
  let mapped = 0;
  for (const pid of pids) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    mapped += kibibytes(rollup, "Pss") - kibibytes(rollup, "Pss_Shmem");
    for (const link of [`/proc/${pid}/exe`, ...descriptorsOf(pid)]) {
      if (!readlinkSync(link).startsWith("/memfd:")) continue;
      const { ino, blocks } = statSync(link);
      files.set(ino, blocks * 512);
    }
  }
  return mapped * 1024 + files.values().reduce((sum, bytes) => sum + bytes, 0);
}

function descriptorsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`);
}

function kibibytes(rollup: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(rollup)?.[1] ?? 0);
}
