/**
 * A plan, carried out: its levels built and encoded, and the bundles placed.
 *
 * Nothing is made in the user's folders before the last `go` has ended: Go stamps `vcs.modified=true` into a
 * program when it finds an unknown file beside its sources.
 */
import { stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { parseTemplate } from "../bundle/image.ts";
import { loadLauncher } from "../engine/products.ts";
import { architectureOf } from "../levels/level.ts";
import { cleanIn } from "../system/output.ts";
import type { Context } from "../system/process.ts";
import { removeScratch } from "../system/scratch.ts";
import { makeTemporaryFolder } from "../system/temporary.ts";
import { type Built, buildLevels } from "./build-levels.ts";
import { createLiveFilter } from "./live.ts";
import { describeRepeats, findNotes } from "./notes.ts";
import { baseOf, type Options } from "./options.ts";
import { placeBuilt } from "./placing.ts";
import type { Plan } from "./plan.ts";
import { isWatched, startProgress } from "./progress.ts";
import { explainBuild } from "./refusal.ts";
import { makeReport, printReport } from "./report.ts";
import { formatBuilt, formatSummary } from "./summary.ts";
import { foldersOf } from "./target.ts";
import { levelFolder } from "./variant-cache.ts";

/** @returns the exit status */
export async function executePlan(plan: Plan, { env, signal, cwd }: Context): Promise<number> {
  const { target, options, verbosity, goBuild } = plan;
  if (target.kind === "refused") {
    return printReport(await explainBuild(goBuild, options.levels, verbosity, { env, signal, cwd }));
  }
  const folders = foldersOf(target);
  const base = baseOf(options);
  const needsLauncher = folders.length > 0 && options.levels.length > 1;
  // It is read first: its faults should not show after minutes of building.
  const launcher = needsLauncher
    ? await findLauncher(options, plan.folder, { env, signal })
    : new Uint8Array();
  // An unknown file beside the sources would be stamped into the program as well.
  for (const folder of folders) await cleanIn(folder);
  const temporary = await makeTemporaryFolder(goBuild.go.gotmpdir, env);
  const watched = isWatched(env) && !verbosity.json && !verbosity.dryRun && !verbosity.commands;
  const progress = await startProgress(options.levels, needsLauncher ? base : undefined, watched, env);
  const onStderrLine = createLiveFilter(progress.print, verbosity);
  const context = { env, signal, temporary, onStderrLine, onFlood: progress.print };
  let built: Built | undefined;
  try {
    built = await buildLevels(plan, launcher, context, progress);
    const report = makeReport(built.outputs, verbosity, [built.folder, temporary]);
    if (report.status !== 0) {
      progress.stop();
      return printReport(report);
    }
    progress.write(report.stdout, report.stderr);
    if (verbosity.names)
      for (const level of options.levels) progress.print(formatBuilt(level, progress.seconds(level)));
    const { folder } = built;
    const refusal = await placeBuilt(plan, built, context, async ({ name, shown }, { chunks, repeats }) => {
      if (!watched && !verbosity.names) return;
      const stored = repeats.find(({ level }) => level === base)?.of ?? base;
      const plain = join(levelFolder(folder, stored), name);
      const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      const { size: plainSize } = await stat(plain);
      // Since mgo started: in a clone, compiling the launcher may have taken most of it.
      const seconds = performance.now() / 1000;
      const levelCount = options.levels.length - repeats.length;
      progress.print(formatSummary({ name: shown, size, plainSize, base: stored, levelCount, seconds }));
      for (const line of describeRepeats(shown, repeats)) progress.print(line);
      if (levelCount === 1) return;
      for (const line of await findNotes(shown, chunks, plain)) progress.print(line);
    });
    if (refusal === undefined) return 0;
    progress.stop();
    return printReport(refusal);
  } finally {
    progress.stop();
    await built?.release();
    removeScratch(temporary);
  }
}

/** @param folder where a relative path begins */
async function findLauncher(
  { launcher, levels }: Options,
  folder: string,
  { env, signal }: Pick<Context, "env" | "signal">,
): Promise<Uint8Array> {
  const file = launcher === undefined ? undefined : isAbsolute(launcher) ? launcher : `${folder}/${launcher}`;
  const architecture = architectureOf(levels[0]);
  const bytes = await loadLauncher({ file, architecture, env, signal });
  parseTemplate(bytes, architecture, launcher ?? "the launcher");
  return bytes;
}
