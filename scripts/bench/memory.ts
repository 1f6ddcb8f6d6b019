/** How much memory four processes of the same program take at once. */
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { Place, Startable } from "./starter.ts";

const PROCESSES = 4;
/** Milliseconds between two looks, and after which nothing more is waited for. */
const INTERVAL = 250;
const PATIENCE = 10_000;
/** The memory has settled where two looks differ by less than this part. */
const SETTLED = 0.002;

/**
 * Starts four processes, waits until their memory settles, and ends them.
 *
 * Counted are each process's proportional share of what it has mapped (Pss), and files in memory that it was
 * executed from or has open: whole, once each, as what is not mapped of them takes memory too. Shared memory is
 * in the one and in the other; it is counted as the latter only. The system's own count of shared memory
 * (/proc/meminfo) would have that of everything else on the machine.
 *
 * @returns bytes
 * @throws Error if one ends before it is told to
 */
export async function measureFour(
  { path, level }: Startable,
  args: readonly string[],
  place: Place,
  pin: readonly string[],
): Promise<number> {
  const env = { ...place.env, ...(level === undefined ? {} : { GOAMD64: level }) };
  const children = Array.from({ length: PROCESSES }, () =>
    Bun.spawn([...pin, path, ...args], {
      cwd: place.cwd,
      env,
      stdin: "pipe",
      stdout: "ignore",
      stderr: "ignore",
    }),
  );
  try {
    const pids = children.map(({ pid }) => pid);
    let before = 0;
    for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
      await Bun.sleep(INTERVAL);
      if (children.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)) {
        throw new Error(`with the arguments ${JSON.stringify(args)} it does not stay`);
      }
      const bytes = memoryOf(pids);
      if (waited >= 4 * INTERVAL && Math.abs(bytes - before) <= SETTLED * bytes) return bytes;
      before = bytes;
    }
    return before;
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map(({ exited }) => exited));
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
