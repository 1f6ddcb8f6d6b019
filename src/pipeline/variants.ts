/**
 * Running `go build`, or `go install`, once for each level.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { cgoEnvironment } from "../go/cgo.ts";
import type { Level } from "../levels/level.ts";
import { KEPT_MAX } from "../system/collect.ts";
import { formatSize } from "../system/figures.ts";
import { type Environment, run } from "../system/process.ts";
import { isGobinRefused, redirect } from "./install.ts";
import type { Options } from "./options.ts";
import type { Plan } from "./plan.ts";
import type { LevelOutput } from "./report.ts";
import { summaryBase } from "./summary.ts";

/** Where the levels are built, and who watches. */
export interface VariantContext {
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Holds a folder of executables for each level. */
  readonly folder: string;
  /** Where Go and its tools keep their temporary files. */
  readonly temporary: string;
  readonly onStderrLine: (line: string) => boolean;
  readonly onStart: (level: Level) => void;
  readonly onEnd: (output: LevelOutput) => void;
  /** Called with a line about what is left out, when a `go` prints more than mgo keeps. */
  readonly onFlood: (line: string) => void;
}

/** What one `go` is run with. */
export interface GoContext
  extends Pick<VariantContext, "env" | "signal" | "temporary" | "onStderrLine" | "onFlood"> {
  /** Further variables, which tell where it puts executables. */
  readonly place?: Environment;
}

/**
 * How many levels are built at once where nobody says: one for each CPU. A `go` alone leaves CPUs idle while it
 * reads its packages, compiles the last ones and links; more than there are CPUs gain nothing and take memory.
 *
 * Measured with 2 CPUs and `mgo -mgo.jobs=N -trimpath -ldflags='-s -w' -o /dev/null PACKAGE`, which builds four
 * levels and encodes nothing; medians of three runs:
 *
 * | N | fzf 0.60.3 (4.6 MB), linked | Caddy 2.9.1 (46.6 MB), linked | fzf with an empty Go cache |
 * |---|---|---|---|
 * | 1 | 0.99 s | 8.0 s | 47 to 73 s |
 * | 2 | 0.69 s | 4.1 s | 40 to 46 s |
 * | 4 | 0.69 s | 4.3 s | 48 s |
 */
const DEFAULT_JOBS = availableParallelism();

/**
 * Builds all levels of a plan, also when one fails: what they have in common can only be seen from all.
 *
 * @returns how they ended, in the order of levels
 * @throws the abort signal's reason, once no `go` runs any more
 */
export async function buildVariants(plan: Plan, context: VariantContext): Promise<readonly LevelOutput[]> {
  const waiting = [...buildOrder(plan.options)];
  const outputs: LevelOutput[] = [];
  const work = async (): Promise<void> => {
    for (let level = waiting.shift(); level !== undefined; level = waiting.shift()) {
      outputs.push(await buildVariant(plan, level, context));
    }
  };
  const jobs = Math.min(plan.options.jobs ?? DEFAULT_JOBS, waiting.length);
  const ends = await Promise.allSettled(Array.from({ length: jobs }, work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return plan.options.levels.flatMap((level) => outputs.filter((output) => output.level === level));
}

/** The base comes first: the encoder can do nothing without it. */
export function buildOrder(options: Options): readonly Level[] {
  const base = summaryBase(options);
  return [base, ...options.levels.filter((level) => level !== base)];
}

/** Whether a level failed because a disk is full, or a quota used up: as Go prints EDQUOT and ENOSPC. */
export function hasNoRoom({ status, stderr }: LevelOutput): boolean {
  return status !== 0 && /: (?:no space left on device|disk quota exceeded)$/m.test(stderr);
}

/** Where a level's executables are. */
export function variantFolder(folder: string, level: Level): string {
  return `${folder}/${level}`;
}

async function buildVariant(plan: Plan, level: Level, context: VariantContext): Promise<LevelOutput> {
  context.onStart(level);
  const place = await installPlace(plan, level, context);
  const output = await runGo(plan, level, targetFlags(plan, level, context.folder), { ...context, place });
  context.onEnd(output);
  return output;
}

/**
 * Runs `go build` or `go install` for one level with the user's flags and packages.
 *
 * @param target the -o to use
 */
export async function runGo(
  plan: Plan,
  level: Level,
  target: readonly string[],
  context: GoContext,
): Promise<LevelOutput> {
  const command = [plan.go.go, plan.command, ...plan.flags, ...target, ...plan.packages];
  const result = await run(command, {
    cwd: plan.cwd,
    env: { ...context.env, ...levelEnvironment(plan, level, context.temporary), ...context.place },
    signal: context.signal,
    onStderrLine: context.onStderrLine,
    onFlood: () => {
      context.onFlood(
        `mgo: go ${plan.command} for ${level} prints more than ${formatSize(KEPT_MAX)}: the rest is left out`,
      );
    },
  });
  return { ...result, level, status: result.status ?? 1, killed: result.status === undefined };
}

/** `go install` has no -o: where executables go is told by its environment. */
async function installPlace(plan: Plan, level: Level, context: VariantContext): Promise<Environment> {
  const { command, go, target } = plan;
  const isMoved = target.kind === "installed" || target.kind === "fetched";
  // -n shows the places that they have in the end, if Go takes those.
  if (!isMoved && !(command === "install" && target.kind === "print" && isGobinRefused(go))) return {};
  const scratch = join(context.temporary, level);
  return await redirect(go, variantFolder(context.folder, level), scratch, context.env);
}

/** -work is about Go's temporary folder: with it, Go makes one where it always does and leaves it there. */
function levelEnvironment(plan: Plan, level: Level, temporary: string): Environment {
  const cgo = plan.cgo === undefined ? {} : cgoEnvironment(plan.cgo, level);
  if (plan.verbosity.work || temporary === "") return { ...cgo, GOAMD64: level };
  return { ...cgo, GOAMD64: level, GOTMPDIR: temporary, TMPDIR: temporary };
}

/**
 * The -o for a level. One that ends in a slash has Go name the executables itself, and Go finds those of the last
 * run there, so that it links only what has changed. A single program has its name as in the user's -o: Go reads
 * the old one at that very path as well.
 */
function targetFlags(plan: Plan, level: Level, folder: string): readonly string[] {
  switch (plan.target.kind) {
    case "file":
      return ["-o", `${variantFolder(folder, level)}/${plan.target.output.name}`];
    case "directory":
      return ["-o", `${variantFolder(folder, level)}/`];
    case "archive":
      return ["-o", "/dev/null"];
    default:
      return plan.outputFlags;
  }
}
