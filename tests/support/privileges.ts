/** Starting programs as a user who has fewer privileges than the tests. */
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "./folders.ts";
import { type Outcome, runProgram } from "./run.ts";

/** Whether the tests may do that. */
export const isRoot = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
export const setcap = Bun.which("setcap");

/** A key of the auxiliary vector: the kernel has raised the program's privileges. */
export const AT_SECURE = 23;

/** The command as an ordinary user's. */
export function asUser(command: readonly string[]): readonly string[] {
  return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...command];
}

/** Runs a command as an ordinary user. */
export function runAsUser(command: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
  return runProgram(asUser(command), { PATH: process.env.PATH ?? "", ...env });
}

/** A copy of a bundle that everybody can reach. */
export function copyFor(bundle: string, mode: number, name: string): string {
  const path = join(scratch, name);
  copyFileSync(bundle, path);
  chmodSync(path, mode);
  return path;
}

/** Returns the value of a key of the auxiliary vector, which is keys and values in turn. */
export function entryOf(auxv: readonly number[], key: number): number | undefined {
  return auxv.find((_, index) => index % 2 === 1 && auxv[index - 1] === key);
}
