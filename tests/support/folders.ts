/**
 * The checkout, and where tests write. `npm test` names a folder for the whole run in MGO_TEST_RUN, and
 * removes it; a plain `bun test` makes one, which tests/support/setup.ts removes.
 */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The repository's root. */
export const ROOT = join(import.meta.dir, "..", "..");

/** Holds all that is written. Everybody may read it: users with fewer privileges start programs from it. */
export const runFolder = process.env.MGO_TEST_RUN ?? newFolder(join(realpathSync(tmpdir()), "mgo-test-"));

/** For what all test files of a run share; each name is written once, by a rename. */
export const shared = join(runFolder, "shared");
mkdirSync(shared, { recursive: true });

/** For this test file alone. */
export const scratch = newFolder(join(runFolder, "file-"));

export function newFolder(prefix: string): string {
  const folder = mkdtempSync(prefix);
  chmodSync(folder, 0o755);
  return folder;
}
