/** The commands that a release is made by. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";

/** The checkout, where they run. */
export const root: string = dirname(dirname(import.meta.dirname));

/**
 * Runs a command to its end, with its messages on standard error.
 *
 * @returns what it printed
 * @throws Error if it cannot be started, or fails
 */
export async function runStep(command: readonly string[]): Promise<string> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const printed: Uint8Array[] = [];
  child.stdout.on("data", (piece: Uint8Array) => printed.push(piece));
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`failed: ${command.join(" ")}`);
  return Buffer.concat(printed).toString();
}
