/** Files that all test files of a run share. The first that asks for one has it made. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../src/system/process.ts";
import { shared } from "./folders.ts";
import { expectSuccess, runProgram } from "./run.ts";

/** Makes "$1" by a command that writes "$1.new". */
const SCRIPT = 'test -e "$1" || { path=$1; shift; rm -rf "$path.new"; "$@" >&2 && mv "$path.new" "$path"; }';

/**
 * Path of a file or folder that a command makes unless another test file did. Waits while another makes it.
 *
 * @param commandFor the command that writes to a path
 */
export function makeOnce(
  name: string,
  commandFor: (output: string) => readonly string[],
  { env, cwd }: { readonly env: Environment; readonly cwd: string },
): string {
  const path = join(shared, name);
  if (existsSync(path)) return path;
  const command = ["sh", "-c", SCRIPT, "sh", path, ...commandFor(`${path}.new`)];
  expectSuccess(runProgram(["flock", `${path}.lock`, ...command], env, { cwd }));
  return path;
}
