/** Running `go build` or `go install` for one level. */
import { join } from "node:path";
import { type CgoSettings, cgoEnvironment } from "../go/cgo.ts";
import type { GoEnv } from "../go/env.ts";
import type { GoCommand } from "../go/flag-table.ts";
import { architectureOf, type Level, variableOf } from "../levels/level.ts";
import { KEPT_MAX } from "../system/collect.ts";
import { formatSize } from "../system/figures.ts";
import { type Environment, run } from "../system/process.ts";
import { redirectInstall } from "./install.ts";
import type { LiveFilter } from "./live.ts";
import type { LevelOutput } from "./report.ts";
import type { Target } from "./target.ts";
import { levelFolder } from "./variant-cache.ts";

/** The commands of Go that mgo makes bundles with. */
export type BundleCommand = Extract<GoCommand, "build" | "install">;

/** One of these commands as it is run, less what differs from level to level. */
export interface GoBuild {
  readonly command: BundleCommand;
  readonly go: GoEnv;
  /** The folder where Go is started; -C is among the flags. */
  readonly cwd: string;
  /** Go's flags as they were written, without -o. */
  readonly flags: readonly string[];
  /** -o as it was written, in all its repetitions. */
  readonly outputFlags: readonly string[];
  /** With the `--` in front, if there was one. */
  readonly packages: readonly string[];
  /** The settings that the levels' flags for C compilers are added to; without, none are. */
  readonly cgo: CgoSettings | undefined;
  /** -work: Go makes its temporary folder where it always does, and leaves it there. */
  readonly keepsWork: boolean;
}

/** The surroundings of one `go`. */
export interface GoContext {
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** The folder for temporary files of Go and its tools; empty for their usual place. */
  readonly temporary: string;
  readonly onStderrLine: LiveFilter;
  /** Called with a line about what is left out, when a `go` prints more than mgo keeps. */
  readonly onFlood: (line: string) => void;
}

/** The flags or the variables that tell one level's `go` where to put executables. */
export interface Destination {
  /** The command, if it is not that of the build. */
  readonly command?: BundleCommand;
  readonly flags: readonly string[];
  readonly env?: Environment;
}

/**
 * Runs `go build` or `go install` for one level.
 *
 * @returns how it ended, also where it failed
 * @throws the abort signal's reason, once nothing of it runs any more
 */
export async function runGo(
  { command, go, cwd, flags, packages, cgo, keepsWork }: GoBuild,
  level: Level,
  destination: Destination,
  { env, signal, temporary, onStderrLine, onFlood }: GoContext,
): Promise<LevelOutput> {
  const places = keepsWork || temporary === "" ? {} : { GOTMPDIR: temporary, TMPDIR: temporary };
  const compilers = cgo === undefined ? {} : cgoEnvironment(cgo, level);
  const used = destination.command ?? command;
  const result = await run([go.go, used, ...flags, ...destination.flags, ...packages], {
    cwd,
    env: { ...env, ...compilers, [variableOf(architectureOf(level))]: level, ...places, ...destination.env },
    signal,
    onStderrLine,
    onFlood: () => {
      onFlood(`mgo: go ${used} for ${level} prints more than ${formatSize(KEPT_MAX)}: the rest is left out`);
    },
  });
  return { ...result, level, status: result.status ?? 1, killed: result.status === undefined };
}

/**
 * Finds the place for a level's executables.
 *
 * An -o that ends in a slash has Go name the executables itself, and Go finds those of the last run there, so
 * that it links only what has changed. A single program has its name as in the user's -o: Go reads the old
 * one at that very path as well.
 *
 * @param folder holds a folder of executables for each level
 */
export async function findDestination(
  target: Target,
  { go, outputFlags }: GoBuild,
  level: Level,
  folder: string,
  { env, temporary }: GoContext,
): Promise<Destination> {
  const place = levelFolder(folder, level);
  switch (target.kind) {
    case "file":
      return { flags: ["-o", join(place, target.outputs[0].name)] };
    case "directory":
      return { flags: ["-o", `${place}/`] };
    case "archive":
      return { flags: ["-o", "/dev/null"] };
    case "installed":
      // Levels that install archives would overwrite each other's, also while they read them.
      if (target.hasArchives) {
        return { command: "build", flags: target.outputs.length > 0 ? ["-o", `${place}/`] : [] };
      }
      return { flags: [], env: await redirectInstall(go, place, join(temporary, level), env) };
    case "module-version":
      return { flags: [], env: await redirectInstall(go, place, join(temporary, level), env) };
    case "print":
      // -n shows the places that programs have in the end, if Go takes those.
      if (!target.isRedirected) return { flags: outputFlags };
      return { flags: [], env: await redirectInstall(go, place, join(temporary, level), env) };
    default:
      return { flags: outputFlags };
  }
}

/** Whether a level failed because a disk is full, or a quota used up: as Go prints EDQUOT and ENOSPC. */
export function hasNoRoom({ status, stderr }: LevelOutput): boolean {
  return status !== 0 && /: (?:no space left on device|disk quota exceeded)$/m.test(stderr);
}
