/** A short run of the fuzzer, from the corpus. `npm run fuzz` makes long ones. */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";

const clang = process.env.CLANG ?? "clang-19";
const targets = readdirSync(join(ROOT, "tests", "corpus"), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);

/** Time for each target: all of the corpus, and some thousand inputs more. */
const SECONDS = 1;

// The corpus is run by `zig build test`, too, which does without clang.
describe.skipIf(Bun.which(clang) === null)("the launcher's code under libFuzzer", () => {
  test("neither crashes nor hangs, and zstd does nothing undefined", () => {
    const command = [process.execPath, join(ROOT, "scripts", "fuzz.ts"), "--seconds", `${SECONDS}`];
    const { stdout, stderr, status } = runProgram(command, process.env, { cwd: ROOT });
    const output = `${stdout}${stderr}`;
    process.stdout.write(output);
    expect(status).toBe(0);
    for (const { name } of targets) {
      expect(output).toMatch(
        new RegExp(`^${name}: [1-9]\\d* executions, [1-9]\\d* edges, .* no finding$`, "m"),
      );
    }
  });
});
