/** Bundles on other CPUs: qemu-user runs the launcher. */
import { type Outcome, runProgram } from "./run.ts";

/** Null where it is missing. */
export const qemu = Bun.which("qemu-x86_64");

/** How a launcher's lines begin. */
export const PREFIX = "[mgo] launcher: ";

interface EmulatedOutcome extends Outcome {
  /** The launcher's, without the prefix. */
  readonly lines: readonly string[];
}

/** Runs a command on a CPU of that model, as the emulator's `-cpu help` spells it. */
export function runOn(
  emulator: { readonly qemu: string | null },
  cpu: string,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): EmulatedOutcome {
  const outcome = runProgram([emulator.qemu ?? "", "-cpu", cpu, ...command], env);
  const lines = outcome.stderr.split("\n").filter((line) => line.startsWith(PREFIX));
  return { ...outcome, lines: lines.map((line) => line.slice(PREFIX.length)) };
}

/** Runs a bundle for amd64 on a CPU of that model, with a log. */
export function runEmulated(
  model: string,
  path: string,
  env: Readonly<Record<string, string>> = {},
): EmulatedOutcome {
  return runOn({ qemu }, model, [path], { MGODEBUG: "log", ...env });
}
