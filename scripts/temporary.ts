/** Temporary folders of scripts. */
import { realpathSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Calls a function with the path of a new folder, and removes that afterwards, also if a signal ends the
 * script.
 *
 * @param name the folder's own begins with `mgo-` and this
 */
export async function withTemporary<T>(name: string, act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(realpathSync(tmpdir()), `mgo-${name}-`));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const stop = (signal: NodeJS.Signals): void => {
    remove();
    for (const known of SIGNALS) process.removeListener(known, stop);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await act(folder);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
    remove();
  }
}
