/** The Go in PATH. */
import { runProgram } from "./run.ts";

/** 26 of go1.26.8. */
export function goMinor(): number {
  const { stdout } = runProgram(["go", "env", "GOVERSION"], process.env);
  return Number(/^go1\.(\d+)/.exec(stdout)?.[1]);
}
