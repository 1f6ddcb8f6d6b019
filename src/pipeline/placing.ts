/** Placing: a finished build puts bundles, or a library's archive, where they belong. */
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Made } from "../bundle/write.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { checkOverwrite, placeOutput } from "../system/output.ts";
import type { Built } from "./build-levels.ts";
import { type BundleCommand, type GoBuild, type GoContext, runGo } from "./go-build.ts";
import { redirectInstall } from "./install.ts";
import { findModulePrograms } from "./module-version.ts";
import type { Plan } from "./plan.ts";
import type { Report } from "./report.ts";
import { type Output, outputsOf, type Target } from "./target.ts";
import { levelFolder } from "./variant-cache.ts";

/**
 * Puts the bundles of all programs in their places, or a library's archive.
 *
 * @param onPlaced told of each bundle
 * @returns Go's words where Go would refuse an output
 */
export async function placeBuilt(
  { target, options, goBuild }: Plan,
  built: Built,
  context: GoContext,
  onPlaced: (output: Output, made: Made) => Promise<void>,
): Promise<Report | undefined> {
  const { levels } = options;
  if (target.kind === "archive") return await placeArchive(goBuild, levels, context);
  if (target.kind === "installed" && target.hasArchives) {
    const refusal = await installArchives(goBuild, levels, built.folder, context);
    if (refusal !== undefined) return refusal;
  }
  const outputs =
    target.kind === "module-version"
      ? await findModulePrograms(levels, built.folder, target.folder)
      : outputsOf(target);
  for (const output of outputs) {
    const made = await placeBundle(output, goBuild.command, built, context.signal);
    if ("status" in made) return made;
    await onPlaced(output, made);
  }
  await removeLeftover(target);
  return undefined;
}

/** Returns the bundle, or a refusal in Go's words. */
async function placeBundle(
  output: Output,
  command: BundleCommand,
  built: Built,
  signal: AbortSignal,
): Promise<Made | Report> {
  // Go refuses last, too: errors of the program come first. Encoding for nothing would take long.
  const known = await findRefusal(output, command);
  if (known !== undefined) return known;
  const made = await built.bundle(output);
  signal.throwIfAborted();
  const refusal = await findRefusal(output, command);
  if (refusal !== undefined) return refusal;
  await placeOutput(output.path, made.chunks, signal);
  return made;
}

/** Go's words, where Go would not overwrite the output. */
async function findRefusal(
  { path, shown, importPath }: Output,
  command: BundleCommand,
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

/**
 * Has Go put the archive of the lowest level in its place. Everything is built: Go only copies it out of its
 * cache, with its own checks and mode.
 */
async function placeArchive(
  build: GoBuild,
  [lowest]: readonly Level[],
  context: GoContext,
): Promise<Report | undefined> {
  if (lowest === undefined) return undefined;
  const { status, stderr } = await runGo(build, lowest, { flags: build.outputFlags }, context);
  return status === 0 ? undefined : { stdout: "", stderr, status };
}

/**
 * Has Go install the archives of libraries at the lowest level. It finds that level's programs up to date, in
 * the folder that they were built in.
 */
async function installArchives(
  build: GoBuild,
  [lowest]: readonly Level[],
  folder: string,
  context: GoContext,
): Promise<Report | undefined> {
  if (lowest === undefined) return undefined;
  const scratch = join(context.temporary, "archives");
  const env = await redirectInstall(build.go, levelFolder(folder, lowest), scratch, context.env);
  const { status, stderr } = await runGo(build, lowest, { flags: [], env }, context);
  return status === 0 ? undefined : { stdout: "", stderr, status };
}

/**
 * Removes what `go build` may have left in the folder, so that it is not taken for the program that is now
 * installed: `go install` without arguments does.
 */
async function removeLeftover(target: Target): Promise<void> {
  if (target.kind !== "installed" || target.leftover === undefined) return;
  const path = target.leftover;
  const found = await stat(path).catch(() => undefined);
  if (outputsOf(target).some((output) => output.path === path) || !found?.isFile()) return;
  if ((found.mode & 0o111) !== 0) await rm(path, { force: true }).catch(() => {});
}
