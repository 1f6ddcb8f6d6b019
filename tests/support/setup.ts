/** Loaded before the test files (bunfig.toml). */
import { afterAll, setDefaultTimeout } from "bun:test";
import { rmSync } from "node:fs";
import { sharedEngine } from "../../src/engine/module.ts";
import { runFolder, scratch } from "./folders.ts";
import { LIMIT } from "./run.ts";

setDefaultTimeout(LIMIT);

// Zig compiles it at first use, which must not count as a test's time.
await sharedEngine();

// Bun's test runner emits no `exit`.
afterAll(() =>
  rmSync(process.env.MGO_TEST_RUN === undefined ? runFolder : scratch, { recursive: true, force: true }),
);
