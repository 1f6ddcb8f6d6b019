/**
 * `npm run bench [-- --peers SCRIPT] [-- NAME …]`: size, start-up and build time on real programs, as a
 * Markdown table.
 *
 * Times of starts are paired: plain, bundle and peers run in turn, and each row's figures are medians over
 * the same rounds, so that they hold when the machine's speed drifts. SCRIPT makes bundles as other tools do:
 * it is called as `SCRIPT OUT V1 V2 V3 V4` and leaves one bundle for each tool in the folder OUT.
 */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { LEVELS } from "../src/level.ts";
import { formatRatio, formatSize } from "../src/text.ts";
import programs from "./programs.json" with { type: "json" };

type Program = (typeof programs)[number];

/** Starts of each executable in turn, after one that is not counted. */
const ROUNDS = 41;
/** The variant that stands for a plain build: most machines run it. */
const PLAIN = "v3";

const root = dirname(import.meta.dir);
const mgo = [process.execPath, join(root, "src", "cli.ts")] as const;
const { values, positionals } = parseArgs({
  options: { peers: { type: "string" } },
  allowPositionals: true,
});
const chosen = programs.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const work = await mkdtemp(join(tmpdir(), "mgo-bench-"));
try {
  const rows: Row[] = [];
  for (const program of chosen) rows.push(await measure(program));
  process.stdout.write(render(rows));
} finally {
  await rm(work, { recursive: true, force: true });
}

interface Row {
  readonly program: Program;
  /** Bytes of the plain build. */
  readonly plainSize: number;
  /** Median milliseconds of one start of the plain build. */
  readonly plainStart: number;
  readonly secondBuild: number;
  readonly encoding: number;
  readonly bundles: readonly Figures[];
}

interface Figures {
  readonly name: string;
  readonly size: number;
  /** Median milliseconds that a start takes longer than the plain build's of the same round. */
  readonly added: number;
}

async function measure(program: Program): Promise<Row> {
  const folder = join(work, program.name);
  await mkdir(folder);
  await run(["go", "mod", "init", "bench"], folder);
  await run(["go", "get", `${program.package}@${program.version}`], folder);
  const flags = ["-trimpath", "-ldflags=-s -w", "-o", "bundle", program.package];
  const build = () => run([...mgo, "build", ...flags], folder);
  // The first one depends on what is in Go's build cache.
  await build();
  const secondBuild = await timed(build);
  const variants = LEVELS.map((level) => join(folder, `${program.name}.${level}`));
  for (const [index, path] of variants.entries()) {
    await run([...mgo, "extract", "bundle", "--level", LEVELS[index] ?? "", "-o", path], folder);
  }
  const encoding = await timed(() => run([...mgo, "pack", "-o", "packed", ...variants], folder));
  const bundles = [{ name: "mgo", path: join(folder, "bundle") }, ...(await makePeers(folder, variants))];
  const plain = join(folder, `${program.name}.${PLAIN}`);
  const starts = startInTurn([plain, ...bundles.map(({ path }) => path)], program.args);
  const [plainStarts = []] = starts;
  return {
    program,
    plainSize: Bun.file(plain).size,
    plainStart: median(plainStarts),
    secondBuild,
    encoding,
    bundles: bundles.map(({ name, path }, index) => ({
      name,
      size: Bun.file(path).size,
      added: median((starts[index + 1] ?? []).map((time, round) => time - (plainStarts[round] ?? 0))),
    })),
  };
}

async function makePeers(folder: string, variants: readonly string[]) {
  if (values.peers === undefined) return [];
  const out = join(folder, "peers");
  await run([values.peers, out, ...variants], folder);
  return (await readdir(out)).sort().map((name) => ({ name, path: join(out, name) }));
}

/** Starts each executable in turn, ROUNDS times. @returns milliseconds, by executable and round */
function startInTurn(paths: readonly string[], args: readonly string[]): readonly number[][] {
  const times = paths.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, path] of paths.entries()) {
      const start = performance.now();
      const { success } = Bun.spawnSync([path, ...args], {
        env: { PATH: process.env.PATH, HOME: work, GOAMD64: PLAIN },
        stdio: ["ignore", "ignore", "ignore"],
      });
      if (!success) throw new Error(`${path} ${args.join(" ")} failed`);
      if (round >= 0) times[index]?.push(performance.now() - start);
    }
  }
  return times;
}

function render(rows: readonly Row[]): string {
  const names = rows[0]?.bundles.map(({ name }) => name) ?? [];
  const head = [
    "program",
    "plain",
    ...names.map((name) => `size, ${name}`),
    "start, plain",
    ...names.map((name) => `added, ${name}`),
    "second build",
    "of it encoding",
  ];
  const lines = rows.map((row) => [
    `${row.program.name} ${row.program.version}, ${row.program.what}`,
    formatSize(row.plainSize),
    ...row.bundles.map(({ size }) => formatRatio(size / row.plainSize)),
    milliseconds(row.plainStart),
    ...row.bundles.map(({ added }) => `+${milliseconds(added)}`),
    ...[row.secondBuild, row.encoding].map((time) => `${(time / 1000).toFixed(1)} s`),
  ]);
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function milliseconds(time: number): string {
  return `${time.toFixed(1)} ms`;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function run(command: readonly string[], cwd: string): Promise<void> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod", MGOCACHE: join(work, "cache") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [stderr, status] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (status !== 0) throw new Error(`${command.join(" ")}: status ${status}: ${stderr}`);
}
