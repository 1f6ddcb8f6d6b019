/** A short run of the fuzzer, from the corpus: `npm run fuzz` has long ones. */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/folders.ts";

const clang = process.env.CLANG ?? "clang-19";
const targets = readdirSync(join(ROOT, "tests", "corpus"), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);

/** Time for each target: all of the corpus, and some thousand inputs more. */
const SECONDS = 1;

// Without clang there is no fuzzer; the corpus is run by `zig build test` all the same.
describe.skipIf(Bun.which(clang) === null)("the launcher's code under libFuzzer", () => {
  test("neither crashes nor hangs, and zstd does nothing undefined", () => {
    const { stdout, stderr, exitCode } = Bun.spawnSync(
      [process.execPath, join(ROOT, "scripts", "fuzz.ts"), "--seconds", `${SECONDS}`],
      { cwd: ROOT, stdout: "pipe", stderr: "pipe" },
    );
    const output = `${stdout}${stderr}`;
    process.stdout.write(output);
    expect(exitCode).toBe(0);
    for (const { name } of targets) {
      expect(output).toMatch(
        new RegExp(`^${name}: [1-9]\\d* executions, [1-9]\\d* edges, .* no finding$`, "m"),
      );
    }
  });
});
