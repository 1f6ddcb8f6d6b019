/** The machine that benchmarks run on. */
import { readFile } from "node:fs/promises";
import { availableParallelism, release } from "node:os";

export interface Machine {
  /** The name that Linux gives the CPU. */
  readonly cpu: string;
  /** The number of CPUs that the benchmarks may use. */
  readonly cpus: number;
  readonly kernel: string;
}

export async function describeMachine(): Promise<Machine> {
  const info = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  return {
    cpu: nameOfCpu(info),
    cpus: availableParallelism(),
    kernel: release(),
  };
}

/** The first CPU's name in a /proc/cpuinfo, which calls it `cpu` on POWER and `uarch` on RISC-V. */
export function nameOfCpu(info: string): string {
  return /^(?:model name|cpu|uarch)\s*:\s*(.+)$/m.exec(info)?.[1]?.trim() ?? "unknown CPU";
}
