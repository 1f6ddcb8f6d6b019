/** Planning: which programs a build makes, how, and where they go. Nothing is done yet. */
import { architectureOfTarget, type GoEnv } from "../go/env.ts";
import { type Arguments, type Flag, isSet, lastValue, wordsOf, writesFiles } from "../go/flags.ts";
import { listPackages, type Package } from "../go/list.ts";
import {
  ARCHITECTURE_NAMES,
  type Architecture,
  architectureOf,
  isArchitecture,
  type Level,
  variableOf,
} from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import type { Context } from "../system/process.ts";
import { buildKey } from "./cache-key.ts";
import type { BundleCommand, GoBuild } from "./go-build.ts";
import { noteIgnored } from "./ignored.ts";
import { checkInstalled, hasVersion, installTarget, isGobinRefused, isOfGo } from "./install.ts";
import { type OpenBuild, readCgo } from "./open.ts";
import type { Options } from "./options.ts";
import { explainArguments } from "./refusal.ts";
import { type LevelOutput, makeReport, type Report } from "./report.ts";
import { buildTarget, commonTarget, type Target } from "./target.ts";
import { readVerbosity, type Verbosity } from "./verbosity.ts";

export interface Plan {
  readonly options: Options;
  readonly target: Target;
  readonly verbosity: Verbosity;
  readonly goBuild: GoBuild;
  /** The folder where Go runs: `goBuild.cwd` with -C followed. */
  readonly folder: string;
  /** Whether flags name files that Go's tools write: the levels are built one after the other. */
  readonly writesFiles: boolean;
  /** The key in mgo's cache. */
  readonly key: readonly string[];
}

/**
 * Resolves a build.
 *
 * @returns Go's words instead where Go cannot list the packages; `go` for a build that plain go does
 * @throws MgoError for a build of which mgo cannot make bundles
 */
export async function planBuild(
  command: BundleCommand,
  args: Arguments,
  build: OpenBuild,
  context: Context,
): Promise<Plan | Report | "go"> {
  const { options, go, folder } = build;
  const architecture = architectureOfTarget(go);
  if (options.elsewhere && architecture === undefined) return "go";
  const flags = allFlags(go, args);
  checkTarget(go, architecture);
  checkFlags(flags, architecture);
  const cgo = await readCgo(build, options.levels, context);
  const verbosity = readVerbosity(flags);
  noteIgnored(options, architecture, context.env, verbosity.names);
  const target = await findTarget(command, args, build, context);
  if (target === "go" || "status" in target) return target;
  // Go removes what is left over as soon as one level is built, unless a package is named.
  const isAlone = target.kind === "installed" && target.leftover !== undefined;
  const packages = isAlone ? [...args.packages, "."] : args.packages;
  const goBuild: GoBuild = {
    command,
    go,
    cwd: context.cwd,
    flags: wordsOf(args.flags.filter(({ name }) => name !== "o")),
    outputFlags: wordsOf(args.flags.filter(({ name }) => name === "o")),
    packages,
    cgo,
    keepsWork: verbosity.work,
  };
  const key = buildKey(
    {
      folder: target.kind === "module-version" ? "" : folder,
      flags: args.flags,
      packages,
      goflags: go.goflags,
      cgoMarch: options.cgoMarch,
    },
    context.env,
  );
  return {
    options,
    target,
    verbosity,
    goBuild,
    folder,
    key,
    writesFiles: writesFiles(flags, context.env),
  };
}

/** Joins GOFLAGS' flags and those of the command line: the last one counts. */
export function allFlags(go: GoEnv, args: Arguments): readonly Flag[] {
  return [...go.goflags, ...args.flags];
}

/** @throws MgoError if the target has no levels */
function checkTarget(
  go: GoEnv,
  architecture: Architecture | undefined,
): asserts architecture is Architecture {
  if (architecture !== undefined) return;
  const nearest = isArchitecture(go.goarch) ? "GOOS=linux" : "GOOS=linux GOARCH=amd64";
  const targets = ARCHITECTURE_NAMES.map((name) => `linux/${name}`).join(", ");
  throw new MgoError(`the target is ${go.goos}/${go.goarch}; mgo builds for ${targets}`, {
    hint: `set ${nearest}, or -mgo.elsewhere=go to hand other targets to go build`,
  });
}

/**
 * Refuses flags with which mgo cannot make a bundle.
 *
 * @throws MgoError naming the flag
 */
function checkFlags(flags: readonly Flag[], architecture: Architecture): void {
  const mode = lastValue(flags, "buildmode") ?? "default";
  if (!["default", "exe", "pie"].includes(mode)) {
    throw new MgoError(`-buildmode=${mode} makes no executable; mgo builds with exe, pie or default`, {
      hint: `go build -buildmode=${mode}`,
    });
  }
  const compiler = lastValue(flags, "compiler") ?? "gc";
  if (compiler !== "gc")
    throw new MgoError(`-compiler=${compiler} has no ${variableOf(architecture)} levels; mgo builds with gc`);
}

async function findTarget(
  command: BundleCommand,
  args: Arguments,
  build: OpenBuild,
  context: Context,
): Promise<Target | Report | "go"> {
  const { go, folder } = build;
  const flags = allFlags(go, args);
  const resolve = async (packages: readonly Package[]): Promise<Target> => {
    const target =
      command === "install"
        ? installTarget(go, packages, args.packages, folder)
        : await buildTarget(lastValue(flags, "o") ?? "", packages, go.modules, folder);
    if (target.kind === "refused" || !isSet(flags, "n")) return target;
    return { kind: "print", isRedirected: command === "install" && isGobinRefused(go) };
  };
  if (command === "install" && hasVersion(args.packages)) return await resolve([]);
  const packages = await listAtLevels(command, args, build, context);
  if ("status" in packages) return packages;
  if (command === "install") {
    const all = [...packages.values()].flat();
    if (isOfGo(all)) return "go";
    checkInstalled(go, all);
  }
  const targets = new Map<Level, Target>();
  for (const [level, found] of packages) targets.set(level, await resolve(found));
  return commonTarget(targets);
}

/** Lists the packages at each level: build tags such as amd64.v3 may tell them apart. */
async function listAtLevels(
  command: BundleCommand,
  args: Arguments,
  { options, go, onStderrLine }: OpenBuild,
  context: Context,
): Promise<ReadonlyMap<Level, readonly Package[]> | Report> {
  const lists = await Promise.all(
    options.levels.map(async (level) => {
      const at = { ...context, env: { ...context.env, [variableOf(architectureOf(level))]: level } };
      return { level, at, listed: await listPackages(go.go, args, at, onStderrLine) };
    }),
  );
  const words = [...wordsOf(args.flags), ...args.packages];
  const packages = new Map<Level, readonly Package[]>();
  const outputs: LevelOutput[] = [];
  for (const { level, at, listed } of lists) {
    const isRefused = "status" in listed;
    const report = isRefused ? await explainArguments(command, words, at, listed) : SILENT;
    outputs.push({ level, killed: false, ...report });
    if (!isRefused) packages.set(level, listed);
  }
  if (packages.size === lists.length) return packages;
  return makeReport(outputs, readVerbosity(allFlags(go, args)), []);
}

const SILENT: Report = { stdout: "", stderr: "", status: 0 };
