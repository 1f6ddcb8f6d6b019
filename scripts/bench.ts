/**
 * `npm run bench -- [options] [PROGRAM …]`: measures size, start-up, memory and build time of bundles of real
 * programs, and the size of some for other architectures.
 *
 *     --peers SCRIPT      called as `SCRIPT OUT V1 V2 V3 V4`, leaves bundles of other tools in the folder OUT
 *     --layouts LIST      layouts of mgo's bundles (default: packed,direct)
 *     --rounds N          rounds in which all are started in turn (default: 41)
 *     --cpus N            keeps everything to that many CPUs
 *     --cold FOLDER       starts that read from the disk read from that folder's (default: a temporary one)
 *     --slow LIST         starts that read from disks of so many MB/s, too (as 25,125); takes root, nbdkit
 *                         and nbdfuse (Debian's packages nbdkit and libnbd-bin)
 *     --mgo COMMAND       measures another mgo than this checkout's
 *     --args, --stay ARGS arguments with which programs that are given as files end, and stay
 *     --svg FILE          writes a chart
 *     --json FILE         writes all figures
 *     --from FILE         measures nothing: makes table and chart from what --json wrote
 *
 * PROGRAM is a name of scripts/programs.json, a folder with four variants (`v1` to `v4`, or any names that
 * end in `.v1` to `.v4`), or four files in a row, v1 first. Without any, all of programs.json are measured.
 *
 * Prints the tables, in Markdown. Ends with status 1 if a program could not be measured.
 */
import { join } from "node:path";
import { loadLauncher } from "../src/engine/products.ts";
import { renderChart } from "./bench/chart.ts";
import type { Context } from "./bench/context.ts";
import type { ProgramFigures, Report } from "./bench/figures.ts";
import { describeMachine, pin } from "./bench/machine.ts";
import { measureProgram } from "./bench/measure.ts";
import { Notes } from "./bench/notes.ts";
import { OPTIONS, type Options, readOptions } from "./bench/options.ts";
import { Starter } from "./bench/starter.ts";
import { renderMarkdown } from "./bench/table.ts";
import { messageOf, root, runScript } from "./script.ts";
import { withTemporary } from "./temporary.ts";

await runScript(import.meta.path, OPTIONS, async ({ values, positionals }) => {
  const options = readOptions(values, positionals);
  const report = options.from === undefined ? await measure(options) : await Bun.file(options.from).json();
  process.stdout.write(renderMarkdown(report));
  if (options.svg !== undefined) await Bun.write(options.svg, renderChart(report));
});

async function measure(options: Options): Promise<Report> {
  // Nothing in it is write-protected: Go's module cache is elsewhere.
  return withTemporary("bench", (work) => measureAll(options, work));
}

async function measureAll(options: Options, work: string): Promise<Report> {
  const { cpus, mgo, rounds, layouts, peers, cold, slow } = options;
  // Compiles it now, so that no figure includes that.
  const launcher =
    mgo === undefined
      ? await loadLauncher({ architecture: "amd64", env: process.env, signal: new AbortController().signal })
      : undefined;
  const pinned = await pin(cpus);
  const machine = await describeMachine(cpus, launcher?.length);
  const notes = new Notes();
  const context = {
    work,
    mgo: mgo ?? [process.execPath, join(root, "src", "cli", "main.ts")],
    starter: await Starter.compile(work, pinned),
    pin: pinned,
    rounds,
    layouts,
    peers,
    coldFolder: cold,
    slowDisks: slow,
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
    // After each program, so that a run which is stopped leaves its figures.
    if (options.json !== undefined) {
      const report: Report = { machine, rounds, programs, notes: notes.list() };
      await Bun.write(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  }
  return { machine, rounds, programs, notes: notes.list() };
}
