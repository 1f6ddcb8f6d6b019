/** The signals that stop mgo, and those that suspend it. */
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { endGuard } from "../system/guard.ts";
import { Interrupted, signalAll } from "../system/process.ts";
import { removeAllScratch } from "../system/scratch.ts";

const STOP_SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;

/**
 * Handles signals from now on. The first that asks mgo to stop aborts; a second one ends it without waiting.
 *
 * @returns aborts with an `Interrupted`
 */
export function watchSignals(): AbortSignal {
  const controller = new AbortController();
  const ignored = ignoredSignals();
  // Under nohup, and in the background of a script, signals are ignored from the start: they stay so.
  for (const name of STOP_SIGNALS.filter((known) => !ignored(known))) {
    process.on(name, () => {
      if (!controller.signal.aborted) return controller.abort(new Interrupted(name));
      signalAll("SIGKILL");
      dieBy(name);
    });
  }
  if (!ignored("SIGTSTP")) watchSuspension();
  return controller.signal;
}

/** Ctrl-Z stops the terminal's process group; the programs that mgo runs are in groups of their own. */
function watchSuspension(): void {
  process.on("SIGTSTP", () => {
    signalAll("SIGSTOP");
    process.kill(process.pid, "SIGSTOP");
  });
  process.on("SIGCONT", () => signalAll("SIGCONT"));
}

/** Tells whether this process ignores a signal, by Linux's mask; none, where there is no /proc to read. */
function ignoredSignals(): (name: NodeJS.Signals) => boolean {
  let mask = "0";
  try {
    mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? mask;
  } catch {
    // Not Linux, or a sandbox without it.
  }
  return (name) => ((BigInt(`0x${mask}`) >> BigInt(constants.signals[name] - 1)) & 1n) === 1n;
}

/** Dies by a signal, as its sender expects: a shell sees 128 + its number, and a script stops with it. */
export function dieBy(signal: NodeJS.Signals): void {
  removeAllScratch();
  void endGuard();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
