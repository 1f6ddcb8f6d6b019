/** What was measured on. */
import { readFile } from "node:fs/promises";
import { availableParallelism, release } from "node:os";

export interface Machine {
  /** As Linux names the CPU. */
  readonly cpu: string;
  /** How many of them the benchmarks may use. */
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
