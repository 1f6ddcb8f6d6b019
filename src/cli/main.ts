/**
 * mgo's command line: arguments → command → exit status. The only place that catches every error, and the
 * only one that exits.
 */
import { MgoError } from "../system/error.ts";
import { endGuard } from "../system/guard.ts";
import { type Context, Interrupted, signalAll } from "../system/process.ts";
import { removeAllScratch } from "../system/scratch.ts";
import { failure, flushStreams } from "../system/streams.ts";
import { checkFolder } from "../system/utf8.ts";
import { findCommand } from "./find-command.ts";
import { reportError } from "./report-error.ts";
import { dieBy, watchSignals } from "./signals.ts";

await main();

async function main(): Promise<void> {
  const signal = watchSignals();
  const stopped = new Promise<void>((done) => signal.addEventListener("abort", () => done()));
  // A reader that does not read must not keep mgo from being stopped.
  const flushed = async (): Promise<void> => Promise.race([flushStreams(), stopped]);
  let status: number;
  try {
    const args = process.argv.slice(2);
    const command = findCommand(args);
    status = await Promise.race([command(newContext(signal)), failure]);
    await Promise.race([flushed(), failure]);
  } catch (error) {
    if (signal.reason instanceof Interrupted) return dieBy(signal.reason.signal);
    status = await reportError(error);
    await flushed();
  }
  if (signal.reason instanceof Interrupted) return dieBy(signal.reason.signal);
  // A run that failed because its reader went away may have left programs and files behind.
  signalAll("SIGKILL");
  removeAllScratch();
  await endGuard();
  process.exit(status);
}

function newContext(signal: AbortSignal): Context {
  return {
    env: process.env,
    get cwd() {
      const folder = workingDirectory();
      checkFolder(folder);
      return folder;
    },
    signal,
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new MgoError("the working directory is gone or cannot be read", { cause });
  }
}
