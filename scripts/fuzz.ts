/**
 * `npm run fuzz`: runs the launcher's code under libFuzzer, starting from the corpus in tests/corpus.
 *
 *     npm run fuzz -- --seconds 600             each target for ten minutes
 *     npm run fuzz -- --seconds 600 decode      this one
 *     npm run fuzz -- --seconds 600 --keep      and put inputs that cover more into the corpus
 *
 * Needs clang with libFuzzer (Debian: clang-19; CLANG names another). An input that crashes or hangs is kept
 * as a file, which the last lines name. Once the fault is mended, the file belongs into the corpus.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findZig } from "../src/engine/compile.ts";
import { $, root, runScript, UsageError } from "./script.ts";

/** Size of the longest input, in bytes. */
const INPUT_SIZE_MAX = 32 << 10;
/** In seconds. An input takes milliseconds: this long is a hang. */
const HANG = 20;
/** In MiB, for the process with its sanitizers. */
const MEMORY_MAX = 3000;

const corpus = join(root, "tests", "corpus");
const options = {
  seconds: { type: "string", default: "60" },
  keep: { type: "boolean", default: false },
} as const;

await runScript(import.meta.path, options, async ({ values, positionals }) => {
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1) {
    throw new UsageError(`--seconds ${values.seconds}: not a whole number above 0`);
  }
  const entries = await readdir(corpus, { withFileTypes: true });
  const targets = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  const unknown = positionals.find((target) => !targets.includes(target));
  if (unknown !== undefined) throw new UsageError(`no target ${unknown}: there are ${targets.join(", ")}`);
  const clang = process.env.CLANG ?? "clang-19";
  if (Bun.which(clang) === null) {
    throw new Error(`${clang} is missing: install Debian's clang-19, or name one by CLANG`);
  }
  await $`${findZig(process.env)} build fuzz -Dclang=${clang}`;
  for (const target of positionals.length > 0 ? positionals : targets) {
    if (!(await fuzz(target, seconds, values.keep))) process.exitCode = 1;
  }
});

/** Fuzzes one target and prints one line. @returns whether nothing was found */
async function fuzz(target: string, seconds: number, keep: boolean): Promise<boolean> {
  const found = await mkdtemp(join(tmpdir(), `mgo-fuzz-${target}-`));
  const artifacts = join(found, "finding-");
  const seeds = join(corpus, target);
  const limits = [`-max_total_time=${seconds}`, `-artifact_prefix=${artifacts}`];
  const report = await runFuzzer(target, [...limits, found, seeds]);
  const last = (name: string): string =>
    [...report.stderr.matchAll(new RegExp(`${name}: *(\\d+)`, "g"))].at(-1)?.[1] ?? "0";
  const executions = last("stat::number_of_executed_units");
  const figures = `${executions} executions, ${last("cov")} edges, ${last("ft")} features`;
  if (!report.ok) {
    process.stdout.write(`${report.stderr}\n${target}: ${figures}, a finding: ${artifacts}*\n`);
    return false;
  }
  if (keep) {
    const merged = await runFuzzer(target, ["-merge=1", "-use_counters=0", seeds, found]);
    if (!merged.ok) throw new Error(`${target}: nothing kept: ${merged.stderr}`);
  }
  process.stdout.write(`${target}: ${figures}, no finding\n`);
  await rm(found, { recursive: true });
  return true;
}

function runFuzzer(target: string, args: readonly string[]) {
  const flags = [
    `-max_len=${INPUT_SIZE_MAX}`,
    `-timeout=${HANG}`,
    `-rss_limit_mb=${MEMORY_MAX}`,
    "-print_final_stats=1",
    "-verbosity=1",
  ];
  const env = { ...process.env, MGO_FUZZ_TARGET: target };
  return $({
    env,
    stdio: ["ignore", "ignore", "pipe"],
    nothrow: true,
  })`zig-out/bin/mgo-fuzz ${flags} ${args}`;
}
