/** Runs programs for the tests. */
import { hasCode } from "../../src/system/error.ts";
import type { Environment } from "../../src/system/process.ts";

/**
 * How long a test, or a program in it, may take before it counts as hanging, in milliseconds. No test has a
 * limit of its own: on a busy machine anything takes long.
 */
export const LIMIT = 20 * 60_000;

/** How a program ended. */
export interface Outcome {
  readonly status: number | null;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly cwd?: string;
  /** Standard input; none without it. */
  readonly input?: string;
}

/** Runs a program to its end, with only these variables in its environment. */
export function runProgram(command: readonly string[], env: Environment = {}, place: Place = {}): Outcome {
  const { stdout, ...outcome } = runForBytes(command, env, place);
  return { ...outcome, stdout: stdout.toString() };
}

/** `runProgram` for standard output that is no text. */
export function runForBytes(
  command: readonly string[],
  env: Environment = {},
  { cwd, input }: Place = {},
): Omit<Outcome, "stdout"> & { readonly stdout: Buffer } {
  const child = spawnWritten([...command], {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: input === undefined ? "ignore" : Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    timeout: LIMIT,
    killSignal: "SIGKILL",
  });
  const stderr = child.stderr.toString();
  if (child.exitedDueToTimeout === true) {
    throw new Error(`still running after ${LIMIT / 60_000} min: ${command.join(" ")}\n${stderr}`);
  }
  const signal = child.signalCode === undefined ? undefined : String(child.signalCode);
  return { status: signal === undefined ? child.exitCode : null, signal, stdout: child.stdout, stderr };
}

/**
 * Runs a program that this process may just have written. A spawn in another thread inherits the
 * descriptor that was open for writing and holds it until its exec; as long the kernel refuses to execute the
 * file (ETXTBSY; golang/go#22315).
 */
function spawnWritten(
  command: string[],
  options: Bun.SpawnOptions.SpawnSyncOptions<Buffer | "ignore", "pipe", "pipe">,
): Bun.SyncSubprocess<"pipe", "pipe"> {
  const started = performance.now();
  for (;;) {
    try {
      return Bun.spawnSync(command, options);
    } catch (error) {
      if (!hasCode(error, "ETXTBSY") || performance.now() - started > LIMIT) throw error;
    }
  }
}

/** Returns an outcome of status 0, and throws any other with all that the program printed. */
export function expectSuccess(outcome: Outcome): Outcome {
  if (outcome.status === 0) return outcome;
  throw new Error(`status ${outcome.status}, ${outcome.signal}: ${outcome.stdout}${outcome.stderr}`);
}
