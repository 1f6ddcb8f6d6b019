/** The tests in Zig. */
import { findZig } from "../../src/engine/compile.ts";
import { $ } from "../script.ts";
import type { Totals } from "./totals.ts";

/** Runs `zig build test`. A suite that does not compile counts as one failure. */
export async function testZig(): Promise<Totals> {
  const run = $({ stdio: ["ignore", "inherit", "pipe"], nothrow: true });
  const { ok, stderr } = await run`${findZig(process.env)} build test --summary all`;
  process.stderr.write(stderr);
  const summary = /(\d+)\/(\d+) tests passed(?:.*?(\d+) skipped)?/.exec(stderr);
  const [passed = 0, all = 0, skipped = 0] = (summary ?? []).slice(1).map((text) => Number(text ?? 0));
  const failed = all - passed - skipped;
  return {
    passed,
    skipped,
    failed: ok ? failed : Math.max(failed, 1),
    complaints: skipped > 0 ? [`Zig skips ${skipped} tests`] : [],
  };
}
