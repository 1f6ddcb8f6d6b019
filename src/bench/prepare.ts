/** Prepares a run of `mgo bench`: checks all that can fail before minutes of building and measuring. */
import { resolve } from "node:path";
import { type Bundle, openBundle } from "../bundle/read.ts";
import type { CgoSettings } from "../go/cgo.ts";
import { architectureOfTarget, type GoEnv } from "../go/env.ts";
import { flagsOf } from "../go/flag-table.ts";
import { ARCHITECTURE_NAMES, type Level } from "../levels/level.ts";
import { nativeLevels } from "../levels/native.ts";
import { checkPage } from "../page/place.ts";
import { openBuild, readCgo } from "../pipeline/open.ts";
import type { Report } from "../pipeline/report.ts";
import { MgoError } from "../system/error.ts";
import type { Context } from "../system/process.ts";
import type { BenchArguments } from "./arguments.ts";
import { checkCommand } from "./command.ts";

/** A run to measure. */
export interface Prepared {
  readonly args: BenchArguments;
  /** The bundle whose variants `--exec` runs; without it, the tests of packages run. */
  readonly bundle: Bundle | undefined;
  readonly go: GoEnv;
  /** The levels to measure, lowest first; at least two. */
  readonly levels: readonly Level[];
  /** Requested levels that the CPU lacks. */
  readonly missing: readonly Level[];
  /** Settings of cgo's compilers, with -mgo.cgo-march. */
  readonly cgo: CgoSettings | undefined;
  /** The absolute path of the page, if one is to be written. */
  readonly html: string | undefined;
}

/**
 * @returns Go's words if it refuses
 * @throws MgoError for anything else that cannot be measured
 */
export async function prepareRun(args: BenchArguments, context: Context): Promise<Prepared | Report> {
  const bundle = args.exec === undefined ? undefined : await openSubject(args, args.exec, context);
  const build = await openBuild(args.mgo, bundle === undefined ? args.words : [], context);
  if ("status" in build) return build;
  const { go, options } = build;
  // Throws if the machine runs no level.
  const architecture = bundle?.elf.architecture ?? architectureOfTarget(go) ?? "amd64";
  const supported = nativeLevels(architecture, `mgo bench measures on linux/${architecture} itself`);
  const html = args.html === undefined ? undefined : resolve(context.cwd, args.html);
  if (html !== undefined) await checkPage(html);
  const present = bundle?.directory.variants.map(({ level }) => level) ?? options.levels;
  const wanted = present.filter((level) => options.levels.includes(level));
  const levels = wanted.filter((level) => supported.includes(level));
  const missing = wanted.filter((level) => !supported.includes(level));
  checkLevels(levels, missing, bundle);
  if (bundle === undefined) checkGo(go);
  const cgo = bundle === undefined ? await readCgo(build, levels, context) : undefined;
  return { args, bundle, go, levels, missing, cgo, html };
}

async function openSubject(args: BenchArguments, command: string, context: Context): Promise<Bundle> {
  checkCommand(command);
  const other = [...args.flags.keys()].find((name) => name !== "benchtime");
  if (other !== undefined) {
    throw new MgoError(`bench: -${other} is a flag of go test, which --exec does not run`, { status: 2 });
  }
  const [stray] = args.unknown;
  if (stray !== undefined) throw new MgoError(`bench: unknown flag ${stray}`, { status: 2 });
  const [file] = args.operands;
  if (file === undefined || args.operands.length > 1) {
    throw new MgoError(`bench: --exec takes one bundle, not ${args.operands.length}`, {
      status: 2,
      hint: "mgo bench --exec '{} --version' BUNDLE",
    });
  }
  return await openBundle(resolve(context.cwd, file));
}

function checkLevels(levels: readonly Level[], missing: readonly Level[], bundle: Bundle | undefined): void {
  if (levels.length > 1) return;
  const [only] = levels;
  const cause =
    missing.length > 0
      ? `this CPU has no ${missing.join(", ")}`
      : bundle === undefined
        ? "-mgo.levels names no other"
        : `${bundle.name} has no other`;
  const what = only === undefined ? "no level to run" : `nothing to compare ${only} with`;
  throw new MgoError(`bench: ${what}: ${cause}`);
}

function checkGo(go: GoEnv): void {
  if (architectureOfTarget(go) === undefined) {
    const targets = ARCHITECTURE_NAMES.map((name) => `linux/${name}`).join(", ");
    throw new MgoError(
      `bench: the target is ${go.goos}/${go.goarch}, and only these have levels: ${targets}`,
    );
  }
  const known = flagsOf("test");
  for (const { name } of go.goflags) {
    const reason = known.get(name)?.benchRefusal;
    if (reason !== undefined) throw new MgoError(`bench: -${name} in GOFLAGS: ${reason}`);
  }
}
