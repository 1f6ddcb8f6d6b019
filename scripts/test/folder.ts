/** The folder that holds all that a run of the tests writes. */
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { withTemporary } from "../temporary.ts";

/** Calls a function with the path of a new folder, and removes that, also when the run is interrupted. */
export async function withRunFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  return withTemporary("test", async (folder) => {
    // Tests start programs as other users.
    chmodSync(folder, 0o755);
    mkdirSync(temporaryIn(folder));
    return act(folder);
  });
}

/** Path of the folder for temporary files (TMPDIR) of the programs that tests run. */
export function temporaryIn(folder: string): string {
  return join(folder, "tmp");
}

/** Names what tests did not remove. It would lie in /tmp, were it not for this folder. */
export function leftoversIn(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => name.startsWith("file-"));
  return [...files, ...readdirSync(temporaryIn(folder))].map(
    (name) => `tests left ${name} in their folder for temporary files`,
  );
}
