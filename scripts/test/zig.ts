/** The tests in Zig. */
import { findZig } from "../../src/engine/compile.ts";
import type { Totals } from "./totals.ts";

/** Runs `zig build test`. A suite that does not compile counts as one failure. */
export async function testZig(): Promise<Totals> {
  const zig = Bun.spawn([findZig(process.env), "build", "test", "--summary", "all"], {
    stdout: "inherit",
    stderr: "pipe",
  });
  const [output, status] = await Promise.all([new Response(zig.stderr).text(), zig.exited]);
  process.stderr.write(output);
  const summary = /(\d+)\/(\d+) tests passed(?:.*?(\d+) skipped)?/.exec(output);
  const [passed = 0, all = 0, skipped = 0] = (summary ?? []).slice(1).map((text) => Number(text ?? 0));
  const failed = all - passed - skipped;
  return {
    passed,
    skipped,
    failed: status === 0 ? failed : Math.max(failed, 1),
    complaints: skipped > 0 ? [`Zig skips ${skipped} tests`] : [],
  };
}
