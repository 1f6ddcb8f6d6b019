/**
 * `npm test`: every suite, then one line with the totals of all.
 *
 *     npm test                  everything
 *     npm test -- tests/bundle  only these Bun tests
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findZig } from "../src/engine/compile.ts";

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const only = process.argv.slice(2);
const suites = only.length > 0 ? [await testBun(only)] : [await testLauncher(), await testBun([])];
const sum = (key: keyof Totals): number => suites.reduce((total, suite) => total + suite[key], 0);
process.stdout.write(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`);
process.exit(sum("failed") > 0 || sum("passed") === 0 ? 1 : 0);

/** The launcher's own tests. A suite that does not compile counts as one failure. */
async function testLauncher(): Promise<Totals> {
  const zig = Bun.spawn([findZig(process.env), "build", "test", "--summary", "all"], {
    stdout: "inherit",
    stderr: "pipe",
  });
  const [output, status] = await Promise.all([new Response(zig.stderr).text(), zig.exited]);
  process.stderr.write(output);
  const summary = /(\d+)\/(\d+) tests passed(?:.*?(\d+) skipped)?/.exec(output);
  const [passed, all, skipped] = [summary?.[1], summary?.[2], summary?.[3]].map((text) => Number(text ?? 0));
  if (passed === undefined || all === undefined || skipped === undefined) throw new Error("no summary");
  const failed = all - passed - skipped;
  return { passed, skipped, failed: status === 0 ? failed : Math.max(failed, 1) };
}

async function testBun(files: readonly string[]): Promise<Totals> {
  const folder = await mkdtemp(join(tmpdir(), "mgo-test-report-"));
  try {
    const report = join(folder, "junit.xml");
    const command = [
      process.execPath,
      "test",
      ...files,
      "--timeout=120000",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
    ];
    const status = await Bun.spawn(command, { stdio: ["ignore", "inherit", "inherit"] }).exited;
    const head = /<testsuites [^>]*>/.exec(await readFile(report, "utf8").catch(() => ""))?.[0] ?? "";
    const count = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
    const [all, failures, skipped] = [count("tests"), count("failures"), count("skipped")];
    const failed = status === 0 ? failures : Math.max(failures, 1);
    return { passed: all - failures - skipped, failed, skipped };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
