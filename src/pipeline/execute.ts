/**
 * A plan, carried out: the levels built, put into bundles, and those put in their places.
 *
 * Nothing is made in the user's folders before the last `go` has ended: Go stamps `vcs.modified=true` into a
 * program when it finds an unknown file beside its sources.
 */
import { rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { parseTemplate } from "../bundle/image.ts";
import { loadLauncher } from "../engine/products.ts";
import { wordsOf } from "../go/flags.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { formatDuration } from "../system/figures.ts";
import { checkOverwrite, cleanIn, placeOutput } from "../system/output.ts";
import type { Context, Environment } from "../system/process.ts";
import { removeScratch } from "../system/scratch.ts";
import { writeStderr, writeStdout } from "../system/streams.ts";
import { makeTemporaryFolder } from "../system/temporary.ts";
import { encodeOutput } from "./encoding.ts";
import { createArrivals } from "./level-gate.ts";
import { createLiveFilter } from "./live.ts";
import { findFetched } from "./module-version.ts";
import type { Output, Plan } from "./plan.ts";
import { isWatched, type Progress, startProgress } from "./progress.ts";
import { explainPlan } from "./refusal.ts";
import { type LevelOutput, makeReport, type Report } from "./report.ts";
import { formatSummary, summaryBase } from "./summary.ts";
import { type Entry, takeEntry, temporaryEntry } from "./variant-cache.ts";
import { buildVariants, hasNoRoom, runGo, type VariantContext, variantFolder } from "./variants.ts";

/** What a plan is carried out with. */
export interface Execution extends Context {
  /** Where Go runs, -C followed and symbolic links resolved: with the flags it tells builds apart. */
  readonly folder: string;
}

/** @returns the exit status */
export async function executePlan(plan: Plan, execution: Execution): Promise<number> {
  if (plan.target.kind === "refused") return printReport(await explainPlan(plan, execution));
  const outputs = outputsOf(plan);
  const makesBundles = outputs.length > 0 || plan.target.kind === "fetched";
  const launcher = makesBundles ? await findLauncher(plan, execution) : new Uint8Array();
  const started = performance.now();
  const { names, json, dryRun, commands } = plan.verbosity;
  const watched = isWatched(execution.env) && !json && !dryRun && !commands;
  // An unknown file beside the sources would be stamped into the program as well.
  for (const folder of foldersOf(plan, outputs)) await cleanIn(folder);
  const temporary = await makeTemporaryFolder(plan.go.gotmpdir, execution.env);
  let entry: Entry | undefined;
  let built: Built | undefined;
  let good = false;
  const progress = await startProgress(plan.options.levels, watched, execution.env);
  const build = { plan, outputs, launcher, temporary, progress, execution };
  try {
    // Only programs that become bundles are kept.
    if (makesBundles) {
      entry = await takeEntry(entryKey(plan, execution), plan.go.gotmpdir, execution.env);
    }
    built = await buildAndEncode(build, entry);
    if (entry?.isCached === true && built.results.some(hasNoRoom)) {
      // A cache that fails is no failure of the build.
      await built.cancel();
      await entry.release(false);
      progress.print(`mgo: the cache in ${dirname(entry.folder)} may be full: building again without it`);
      entry = await temporaryEntry(plan.go.gotmpdir, execution.env);
      built = await buildAndEncode(build, entry);
    }
    const { results, context } = built;
    good = results.every(({ killed }) => !killed);
    const report = makeReport(results, plan.verbosity, [context.folder, temporary]);
    if (report.status !== 0) {
      progress.stop();
      return printReport(report);
    }
    progress.write(report.stdout, report.stderr);
    if (names) for (const level of plan.options.levels) progress.print(builtLine(level, progress));
    if (plan.target.kind === "archive") return await placeArchive(plan, context);

    for (const output of await madeOutputs(plan, outputs, context.folder)) {
      const bundle = await placeBundle(plan, output, built, execution.signal);
      if (bundle.refusal !== undefined) {
        progress.stop();
        return printReport(bundle.refusal);
      }
      if (!watched && !names) continue;
      const seconds = (performance.now() - started) / 1000;
      const base = summaryBase(plan.options);
      progress.print(formatSummary({ name: output.shown, ...bundle, base, seconds }));
    }
    await removeLeftover(plan);
    return 0;
  } finally {
    progress.stop();
    await built?.cancel();
    await entry?.release(good);
    removeScratch(temporary);
  }
}

/** What a build is made with. */
interface Build {
  readonly plan: Plan;
  readonly outputs: readonly Output[];
  readonly launcher: Uint8Array;
  readonly temporary: string;
  readonly progress: Progress;
  readonly execution: Execution;
}

/** All levels, built. */
interface Built {
  readonly results: readonly LevelOutput[];
  readonly context: VariantContext;
  /** The bundle of an output. That of the first one was begun while levels were still being built. */
  bundle(output: Output): Promise<readonly Uint8Array[]>;
  /** Ends what is still being encoded. */
  cancel(): Promise<void>;
}

async function buildAndEncode(build: Build, entry: Entry | undefined): Promise<Built> {
  const { plan, outputs, launcher, temporary, progress, execution } = build;
  const stop = new AbortController();
  const arrivals = createArrivals(plan.options.levels);
  const encode = async (output: Output): Promise<readonly Uint8Array[]> => {
    if (entry === undefined) throw new Error("no place for variants");
    const signal = AbortSignal.any([execution.signal, stop.signal]);
    return encodeOutput(plan.options, output, { ...execution, entry, arrivals, launcher, progress, signal });
  };
  const context: VariantContext = {
    ...execution,
    folder: entry?.folder ?? temporary,
    temporary,
    onStderrLine: createLiveFilter(plan.verbosity, progress.print),
    onStart: progress.started,
    onFlood: progress.print,
    onEnd: (output) => {
      progress.ended(output.level, output.status !== 0);
      arrivals.ended(output);
    },
  };
  const [first] = outputs;
  const early = first && encode(first);
  // Whoever asks for the bundle is told.
  early?.catch(() => {});
  const cancel = async (): Promise<void> => {
    stop.abort();
    arrivals.close();
    await early?.catch(() => {});
  };
  try {
    const results = await buildVariants(plan, context);
    return {
      results,
      context,
      cancel,
      bundle: (output) => (output === first && early !== undefined ? early : encode(output)),
    };
  } catch (error) {
    await cancel();
    throw error;
  }
}

/** @returns 0 to 255 */
export function printReport({ stdout, stderr, status }: Report): number {
  writeStdout(stdout);
  writeStderr(stderr);
  return status;
}

function outputsOf(plan: Plan): readonly Output[] {
  const { target } = plan;
  if (target.kind === "file") return [target.output];
  return target.kind === "directory" || target.kind === "installed" ? target.outputs : [];
}

/** Where outputs land. */
function foldersOf({ target }: Plan, outputs: readonly Output[]): ReadonlySet<string> {
  return new Set(target.kind === "fetched" ? [target.folder] : outputs.map(({ path }) => dirname(path)));
}

async function madeOutputs(
  { target, options }: Plan,
  known: readonly Output[],
  folder: string,
): Promise<readonly Output[]> {
  if (target.kind !== "fetched") return known;
  return await findFetched(options.levels, (level) => variantFolder(folder, level), target.folder);
}

/**
 * As `go install` without arguments, this removes what `go build` may have left in the folder, so that it is not
 * taken for the program that is now installed.
 */
async function removeLeftover({ target }: Plan): Promise<void> {
  if (target.kind !== "installed" || target.leftover === undefined) return;
  const path = target.leftover;
  const found = await stat(path).catch(() => undefined);
  if (target.outputs.some((output) => output.path === path) || !found?.isFile()) return;
  if ((found.mode & 0o111) !== 0) await rm(path, { force: true }).catch(() => {});
}

/** The launcher comes first: what is wrong with it should not be heard after minutes of building. */
async function findLauncher(plan: Plan, { env, signal, folder }: Execution): Promise<Uint8Array> {
  if (plan.options.levels.length === 1) return new Uint8Array();
  const { launcher } = plan.options;
  const file = launcher === undefined || launcher.startsWith("/") ? launcher : `${folder}/${launcher}`;
  const bytes = await loadLauncher({ file, env, signal });
  parseTemplate(bytes, launcher ?? "the launcher");
  return bytes;
}

/** What Go says, and in which words, when it must not overwrite what is at -o. */
async function overwriteRefusal(
  { command }: Plan,
  { path, shown, importPath }: Output,
): Promise<Report | undefined> {
  try {
    await checkOverwrite(path);
    return undefined;
  } catch (error) {
    if (!(error instanceof MgoError)) throw error;
    const message = error.message.replace(JSON.stringify(path), JSON.stringify(shown));
    return { stdout: "", stderr: `${importPath}: go ${command} ${importPath}: ${message}\n`, status: 1 };
  }
}

interface Bundled {
  readonly size: number;
  readonly variants: ReadonlyMap<Level, number>;
  readonly refusal?: Report | undefined;
}

async function placeBundle(plan: Plan, output: Output, built: Built, signal: AbortSignal): Promise<Bundled> {
  // Go refuses last, too: errors of the program come first. Encoding for nothing would take long.
  const known = await overwriteRefusal(plan, output);
  if (known !== undefined) return { size: 0, variants: new Map(), refusal: known };
  const chunks = await built.bundle(output);
  signal.throwIfAborted();
  const refusal = await overwriteRefusal(plan, output);
  if (refusal === undefined) await placeOutput(output.path, chunks, signal);
  const sizes = plan.options.levels.map(async (level): Promise<[Level, number]> => {
    const { size } = await stat(`${variantFolder(built.context.folder, level)}/${output.name}`);
    return [level, size];
  });
  return {
    size: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    variants: new Map(await Promise.all(sizes)),
    refusal,
  };
}

/** Everything is built: Go only copies the lowest level's archive out of its cache, with its own checks and mode. */
async function placeArchive(plan: Plan, context: VariantContext): Promise<number> {
  const [lowest] = plan.options.levels;
  if (lowest === undefined) return 0;
  const { status, stderr } = await runGo(plan, lowest, plan.outputFlags, context);
  return status === 0 ? 0 : printReport({ stdout: "", stderr, status });
}

function builtLine(level: Level, progress: Progress): string {
  return `mgo: ${level} built in ${formatDuration(progress.seconds(level))}`;
}

/** Variables that make another program of the same sources and flags. */
const BUILD_VARIABLES = /^(?:GO[A-Z0-9]+|CGO_[A-Z]+|CC|CXX|FC|AR|PKG_CONFIG\w*)$/;
const NOT_IN_KEY = new Set(["GOAMD64", "GOCACHE", "GOCACHEPROG", "GOTMPDIR", "GOPROXY", "GODEBUG", "GOBIN"]);

function entryKey(plan: Plan, { folder, env }: Execution): readonly string[] {
  // What has a version is the same program wherever it is asked for.
  const place = plan.target.kind === "fetched" ? "" : folder;
  const cgo = plan.cgo !== undefined ? ["-mgo.cgo-march"] : [];
  return [place, ...plan.identity, ...plan.packages, ...wordsOf(plan.go.goflags), ...variables(env), ...cgo];
}

function variables(env: Environment): readonly string[] {
  return Object.entries(env)
    .filter(([name]) => BUILD_VARIABLES.test(name) && !NOT_IN_KEY.has(name))
    .map(([name, value]) => `${name}=${value}`)
    .toSorted();
}
