/** Bundles on other CPUs: qemu-user runs the launcher. */
import { type Outcome, runProgram } from "./run.ts";

/** Null where it is missing. */
export const qemu = Bun.which("qemu-x86_64");

/** How a launcher's lines begin. */
export const PREFIX = "[mgo] launcher: ";

/** Runs a bundle on a CPU of that model, as `qemu-x86_64 -cpu help` spells it; `lines` are the launcher's. */
export function runEmulated(
  model: string,
  path: string,
  env: Readonly<Record<string, string>> = {},
): Outcome & { readonly lines: readonly string[] } {
  const outcome = runProgram([qemu ?? "", "-cpu", model, path], { MGODEBUG: "log", ...env });
  const lines = outcome.stderr.split("\n").filter((line) => line.startsWith(PREFIX));
  return { ...outcome, lines: lines.map((line) => line.slice(PREFIX.length)) };
}
