/** Loaded before all test files (bunfig.toml): what is registered here runs once, after the last of them. */
import { afterAll } from "bun:test";
import { rmSync } from "node:fs";
import { scratch } from "./scratch.ts";

afterAll(() => rmSync(scratch, { recursive: true, force: true }));
