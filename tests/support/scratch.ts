/** The folder for what tests of bundles make. Bun's test runner emits no `exit`: tests/support/setup.ts removes it. */
import { mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const scratch = realpathSync(mkdtempSync(join(tmpdir(), "mgo-test-")));
