/**
 * `npm run bench -- [options] [PROGRAM …]`: size, start-up, memory and build time of bundles, on real programs.
 *
 *     --peers SCRIPT      called as `SCRIPT OUT V1 V2 V3 V4`, leaves a bundle of each other tool in the folder OUT
 *     --layouts LIST      of mgo's bundles: packed,direct if not said otherwise
 *     --rounds N          in which all are started in turn: 41 if not said otherwise
 *     --cpus N            keeps everything to that many CPUs
 *     --mgo COMMAND       another mgo than this checkout's
 *     --args, --stay ARGS what programs that are given as files are started with to end, and to stay
 *     --svg FILE          writes a chart
 *     --json FILE         writes all figures
 *     --from FILE         measures nothing: table and chart of what --json wrote
 *
 * PROGRAM is a name of scripts/programs.json, a folder with four variants (`v1` to `v4`, or any names that end in
 * `.v1` to `.v4`), or four files in a row, v1 first. Without any, all of programs.json are measured.
 *
 * Standard output gets the tables, in Markdown. Ends with status 1 if a program could not be measured, 2 if
 * nothing could.
 */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadLauncher } from "../src/engine/products.ts";
import { renderChart } from "./bench/chart.ts";
import type { Context } from "./bench/context.ts";
import { messageOf } from "./bench/failure.ts";
import type { ProgramFigures, Report } from "./bench/figures.ts";
import { describeMachine, pin } from "./bench/machine.ts";
import { measureProgram } from "./bench/measure.ts";
import { Notes } from "./bench/notes.ts";
import { type Options, readOptions } from "./bench/options.ts";
import { Starter } from "./bench/starter.ts";
import { renderMarkdown } from "./bench/table.ts";

try {
  const options = readOptions(process.argv.slice(2));
  const report = options.from === undefined ? await measure(options) : await Bun.file(options.from).json();
  process.stdout.write(renderMarkdown(report));
  if (options.svg !== undefined) await Bun.write(options.svg, renderChart(report));
} catch (error) {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  process.exitCode = 2;
}

async function measure(options: Options): Promise<Report> {
  const work = await realpath(await mkdtemp(join(tmpdir(), "mgo-bench-")));
  try {
    return await measureAll(options, work);
  } finally {
    // Go's module cache is not in there, so that nothing is write-protected.
    await rm(work, { recursive: true, force: true });
  }
}

async function measureAll(options: Options, work: string): Promise<Report> {
  const { cpus, mgo, rounds, layouts, peers } = options;
  // Compiles it, so that no figure has that in it.
  const launcher =
    mgo === undefined
      ? await loadLauncher({ env: process.env, signal: new AbortController().signal })
      : undefined;
  const pinned = await pin(cpus);
  const machine = await describeMachine(cpus, launcher?.length);
  const notes = new Notes();
  const context = {
    work,
    mgo: mgo ?? [process.execPath, resolve(import.meta.dir, "..", "src", "cli", "main.ts")],
    starter: Starter.compile(work, pinned),
    pin: pinned,
    rounds,
    layouts,
    peers,
  } as const;
  const programs: ProgramFigures[] = [];
  for (const program of options.programs) {
    const progress: Context["progress"] = (text) => process.stderr.write(`${program.name}: ${text}\n`);
    const note: Context["note"] = (text) => notes.add(program.name, text);
    try {
      programs.push(await measureProgram(program, { ...context, progress, note }));
    } catch (error) {
      note(`not measured: ${messageOf(error)}`);
      process.exitCode = 1;
    }
    // After each, as a run takes long: what there is stays if it is stopped.
    if (options.json !== undefined) {
      const report: Report = { machine, rounds, programs, notes: notes.list() };
      await Bun.write(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  }
  return { machine, rounds, programs, notes: notes.list() };
}
