/**
 * `npm run fuzz`: the launcher's code under libFuzzer, starting from the corpus in tests/corpus.
 *
 *     npm run fuzz -- --seconds 600             each target for ten minutes
 *     npm run fuzz -- --seconds 600 decode      this one
 *     npm run fuzz -- --seconds 600 --keep      and put what covers more into the corpus
 *
 * Takes clang with libFuzzer (Debian: clang-19; CLANG names another). An input that crashes or hangs is kept as a
 * file, which the last lines name; once it is mended it belongs into the corpus.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { findZig } from "../src/engine/compile.ts";

/** The longest input, in bytes. */
const INPUT_SIZE_MAX = 32 << 10;
/** One input takes milliseconds: this long, in seconds, is a hang. */
const HANG = 20;
/** In MiB, of the process with its sanitizers. */
const MEMORY_MAX = 3000;

const root = dirname(import.meta.dir);
const corpus = join(root, "tests", "corpus");
const fuzzer = join(root, "zig-out", "bin", "mgo-fuzz");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" }, keep: { type: "boolean", default: false } },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1)
  fail(`--seconds ${values.seconds}: not a whole number above 0`);
const entries = await readdir(corpus, { withFileTypes: true });
const known = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
const unknown = positionals.find((target) => !known.includes(target));
if (unknown !== undefined) fail(`no target ${unknown}: there are ${known.join(", ")}`);
const clang = process.env.CLANG ?? "clang-19";
if (Bun.which(clang) === null) fail(`${clang} is not there: install Debian's clang-19, or name one by CLANG`);

const build = Bun.spawnSync([findZig(process.env), "build", "fuzz", `-Dclang=${clang}`], {
  cwd: root,
  stderr: "pipe",
});
if (build.exitCode !== 0) fail(`the fuzzer does not compile\n${build.stderr}`);

let failed = 0;
for (const target of positionals.length > 0 ? positionals : known) {
  if (!(await fuzz(target))) failed++;
}
process.exit(failed > 0 ? 1 : 0);

/** Prints one line. @returns whether nothing was found */
async function fuzz(target: string): Promise<boolean> {
  const found = await mkdtemp(join(tmpdir(), `mgo-fuzz-${target}-`));
  const artifacts = join(found, "finding-");
  const seeds = join(corpus, target);
  const report = await runFuzzer(target, [
    `-max_total_time=${seconds}`,
    `-artifact_prefix=${artifacts}`,
    found,
    seeds,
  ]);
  const last = (name: string): string =>
    [...report.text.matchAll(new RegExp(`${name}: *(\\d+)`, "g"))].at(-1)?.[1] ?? "0";
  const executions = last("stat::number_of_executed_units");
  const figures = `${executions} executions, ${last("cov")} edges, ${last("ft")} features`;
  if (report.status !== 0) {
    process.stdout.write(`${report.text}\n${target}: ${figures}, a finding: ${artifacts}*\n`);
    return false;
  }
  if (values.keep) {
    const merged = await runFuzzer(target, ["-merge=1", "-use_counters=0", seeds, found]);
    if (merged.status !== 0) fail(`${target}: nothing kept\n${merged.text}`);
  }
  process.stdout.write(`${target}: ${figures}, no finding\n`);
  await rm(found, { recursive: true });
  return true;
}

async function runFuzzer(target: string, args: readonly string[]): Promise<{ status: number; text: string }> {
  const options = [
    `-max_len=${INPUT_SIZE_MAX}`,
    `-timeout=${HANG}`,
    `-rss_limit_mb=${MEMORY_MAX}`,
    "-print_final_stats=1",
    "-verbosity=1",
  ];
  const child = Bun.spawn([fuzzer, ...options, ...args], {
    env: { ...process.env, MGO_FUZZ_TARGET: target },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const [text, status] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  return { status, text };
}

function fail(message: string): never {
  process.stderr.write(`fuzz: ${message}\n`);
  process.exit(2);
}
