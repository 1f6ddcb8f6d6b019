/** Loaded before the test files (bunfig.toml). */
import { afterAll, setDefaultTimeout } from "bun:test";
import { rmSync } from "node:fs";
import { loadCodec } from "../../src/engine/products.ts";
import { runFolder, scratch } from "./folders.ts";
import { LIMIT } from "./run.ts";

setDefaultTimeout(LIMIT);

// Zig compiles it at first use, which must not count as a test's time.
await loadCodec();

// Bun's test runner emits no `exit`.
afterAll(() =>
  rmSync(process.env.MGO_TEST_RUN === undefined ? runFolder : scratch, { recursive: true, force: true }),
);
