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
    cpu: /^model name\s*:\s*(.+)$/m.exec(info)?.[1]?.trim() ?? "unknown CPU",
    cpus: availableParallelism(),
    kernel: release(),
  };
}
