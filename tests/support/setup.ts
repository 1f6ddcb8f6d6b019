/** Loaded before all test files (bunfig.toml): what is registered here runs once, after the last of them. */
import { afterAll } from "bun:test";
import { rmSync } from "node:fs";
import { loadCodec } from "../../src/engine/products.ts";
import { scratch } from "./scratch.ts";

// Zig compiles for longer than a test may take.
await loadCodec();

afterAll(() => rmSync(scratch, { recursive: true, force: true }));
