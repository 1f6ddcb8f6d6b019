/** The tests in TypeScript. */
import { globSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { sharedEngine } from "../../src/engine/module.ts";
import { LIMIT } from "../../tests/support/run.ts";
import { $ } from "../script.ts";
import { leftoversIn, temporaryIn } from "./folder.ts";
import { type Case, readCases } from "./report.ts";
import { unexpectedSkips } from "./skips.ts";
import type { Totals } from "./totals.ts";
import { tellWaiting } from "./waiting.ts";

/** Files that take longest: started first, none of them is what the run waits for in the end. */
const LONG = [
  "tests/goscripts/scripts.test.ts",
  "tests/pipeline/like-go.test.ts",
  "tests/pipeline/kill.test.ts",
  "tests/machine/boot.test.ts",
  "tests/bundle/direct.test.ts",
];

/**
 * Runs test files, several at once: they wait for other programs more than they compute.
 *
 * @param files paths or parts of paths; all test files if empty
 * @param folder for all that they write
 */
export async function testBun(files: readonly string[], folder: string): Promise<Totals> {
  // Zig compiles it at first use.
  await sharedEngine();
  const [report, timings] = [join(folder, "junit.xml"), join(folder, "timings.json")];
  const all = globSync("tests/**/*.test.ts").map((file) => [file, 1 + LONG.toReversed().indexOf(file)]);
  writeFileSync(timings, JSON.stringify({ version: 1, files: Object.fromEntries(all) }));
  const flags = [
    `--parallel=${availableParallelism() + 1}`,
    `--timeout=${LIMIT}`,
    `--timings=${timings}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
  ];
  const env = { ...process.env, MGO_TEST_RUN: folder, TMPDIR: temporaryIn(folder) };
  const run = $({ env, stdio: ["ignore", "inherit", "inherit"], nothrow: true });
  const bun = run`exec ${process.execPath} test ${files} ${flags}`;
  const stopTelling = tellWaiting(bun.pid);
  const { ok } = await bun;
  stopTelling();
  const cases = readCases(report);
  const count = (state: Case["state"]): number => cases.filter((one) => one.state === state).length;
  return {
    passed: count("passed"),
    failed: ok ? count("failed") : Math.max(count("failed"), 1),
    skipped: count("skipped"),
    complaints: [...unexpectedSkips(cases), ...leftoversIn(folder)],
  };
}
