/** Bun for each target. `npm ci` installs the one for this machine; npm fetches the others when needed. */
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { $, root } from "../script.ts";
import { withTemporary } from "../temporary.ts";
import type { Target } from "./targets.ts";

/**
 * Returns the program. npm has compared it with the hash in package-lock.json.
 *
 * @throws Error if npm cannot fetch it
 */
export async function readRuntime(target: Target): Promise<Buffer> {
  const program = join("node_modules", target.runtime, "bin", "bun");
  try {
    return await readFile(join(root, program));
  } catch {
    return withTemporary("runtime", async (work) => {
      for (const name of ["package.json", "package-lock.json", ".npmrc"]) {
        await copyFile(join(root, name), join(work, name));
      }
      await $({ cwd: work })`npm ci --omit=dev --prefer-offline --no-audit --no-fund ${target.npm}`;
      return await readFile(join(work, program));
    });
  }
}
