/** Tells what tests wait for while they wait. */
import { readdirSync, readFileSync } from "node:fs";

/** How often, and how old a program is that is worth a line, in seconds. */
const INTERVAL = 60;
/** Units of /proc/PID/stat in a second: USER_HZ of proc_pid_stat(5), 100 wherever Linux runs Go. */
const TICK = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** In seconds. */
  readonly age: number;
}

/**
 * Prints, once a minute, the programs that tests have been running for longer than that.
 *
 * @param bun `bun test`, whose children run test files
 * @returns ends it
 */
export function tellWaiting(bun: number | undefined): () => void {
  const timer = setInterval(() => {
    const processes = readProcesses();
    const workers = processes.filter(({ parent }) => parent === bun);
    const programs = processes.filter(({ parent }) => workers.some(({ pid }) => pid === parent));
    for (const { pid, age } of programs) {
      if (age < INTERVAL) continue;
      process.stderr.write(`test: after ${Math.floor(age / 60)} min still running: ${commandOf(pid)}\n`);
    }
  }, INTERVAL * 1000);
  return () => clearInterval(timer);
}

function readProcesses(): readonly Process[] {
  const uptime = Number.parseFloat(readFileSync("/proc/uptime", "latin1"));
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readOf(name, "stat") : "";
    // Behind the name, which may hold anything: fields 3 and on.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [parent, start] = [Number(fields[1]), Number(fields[19])];
    return stat === "" ? [] : [{ pid: Number(name), parent, age: uptime - start / TICK }];
  });
}

/** The command's words, up to 200 characters of them. */
function commandOf(pid: number): string {
  return readOf(`${pid}`, "cmdline").replaceAll("\0", " ").replaceAll(/\s+/g, " ").trim().slice(0, 200);
}

/** Empty for a process that has ended. */
function readOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
