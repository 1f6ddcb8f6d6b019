/**
 * `npm test`: runs every suite, then prints one line with the totals of all.
 *
 *     npm test                  everything
 *     npm test -- tests/bundle  only these Bun tests
 *
 * In CI (the variable CI is set) the complaints behind the suites count as failures, too.
 */
import { printHelp } from "./script.ts";
import { testBun } from "./test/bun.ts";
import { withRunFolder } from "./test/folder.ts";
import type { Totals } from "./test/totals.ts";
import { testZig } from "./test/zig.ts";

const only = process.argv.slice(2);
if (only.includes("--help")) {
  printHelp(import.meta.path);
  process.exit(0);
}
const suites: readonly Totals[] = await withRunFolder(async (folder) =>
  only.length > 0 ? [await testBun(only, folder)] : [await testZig(), await testBun([], folder)],
);
const complaints = suites.flatMap((suite) => suite.complaints);
for (const complaint of complaints) process.stdout.write(`test: ${complaint}\n`);
const sum = (key: "passed" | "failed" | "skipped"): number =>
  suites.reduce((total, suite) => total + suite[key], 0);
const failed = sum("failed") + (process.env.CI ? complaints.length : 0);
process.stdout.write(`\n${sum("passed")} passed, ${failed} failed, ${sum("skipped")} skipped\n`);
process.exit(failed > 0 || sum("passed") === 0 ? 1 : 0);
