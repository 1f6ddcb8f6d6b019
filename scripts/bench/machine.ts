/** The machine that is measured, and its CPUs. */
import { readFile } from "node:fs/promises";
import { release } from "node:os";
import { nameOfCpu } from "../../src/bench/machine.ts";
import { findProgram } from "../../src/system/process.ts";
import { $ } from "../script.ts";
import type { Machine } from "./figures.ts";

/**
 * Returns the command that keeps another to the first `count` of the CPUs that this process may use.
 *
 * @throws Error if there are fewer, or no `taskset`
 */
export async function pin(count: number | undefined): Promise<readonly string[]> {
  if (count === undefined) return [];
  if (findProgram("taskset", process.env, { cwd: process.cwd() }) === undefined) {
    throw new Error("--cpus needs taskset, of util-linux");
  }
  const allowed = await allowedCpus();
  if (count > allowed.length) throw new Error(`--cpus=${count}: there are ${allowed.length}`);
  return ["taskset", "-c", allowed.slice(0, count).join(",")];
}

/** @param cpus how many programs are kept to; all that this process may use if undefined */
export async function describeMachine(
  cpus: number | undefined,
  launcher: number | undefined,
): Promise<Machine> {
  const info = await readFile("/proc/cpuinfo", "utf8");
  const { stdout } = await $`go env GOVERSION`;
  return {
    cpu: nameOfCpu(info),
    cpus: cpus ?? (await allowedCpus()).length,
    kernel: release(),
    go: stdout.trim(),
    launcher,
  };
}

/** Returns the numbers of the CPUs that this process may use. */
async function allowedCpus(): Promise<readonly number[]> {
  const status = await readFile("/proc/self/status", "utf8");
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(status)?.[1] ?? "0";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
