/** Builds programs into variants, and variants into bundles. */
import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { COMPRESS } from "../../src/bundle/frame.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { findProgram } from "../../src/system/process.ts";
import { $, messageOf } from "../script.ts";
import { buildPlace, type Context, runMgo } from "./context.ts";
import { MgoFailure } from "./failure.ts";
import type { Work } from "./figures.ts";
import type { Program } from "./programs.ts";
import { spread } from "./statistics.ts";

export interface Built {
  /** Paths by level, v1 first. */
  readonly variants: readonly string[];
  readonly secondBuild: Work | undefined;
}

export interface Bundle {
  /** As in BundleFigures. */
  readonly kind: string;
  readonly path: string;
  readonly encoding: Work | undefined;
}

/** Short work is repeated until it took so many milliseconds, but at most so often. */
const REPEAT = { milliseconds: 4000, times: 5 } as const;

/**
 * Builds a program's variants: mgo bundles and extracts them.
 *
 * @param folder an empty one, for the variants and all that it takes to make them
 */
export async function buildVariants(program: Program, folder: string, context: Context): Promise<Built> {
  if (program.variants !== undefined) return { variants: program.variants, secondBuild: undefined };
  if (program.cgo && findProgram("gcc", process.env, { cwd: folder }) === undefined) {
    throw new Error("gcc is missing");
  }
  const place = buildPlace(context, folder, program.cgo);
  const { source, version, package: path = "." } = program;
  const run = $({ ...place, stdio: ["ignore", "ignore", "pipe"] });
  if (source !== undefined) await cp(join(import.meta.dir, "sources", source), folder, { recursive: true });
  await run`go mod init bench`;
  if (version !== undefined) await run`go get ${path}@${version}`;

  const command = buildCommand(program, "bundle");
  // How long the first one takes depends on Go's build cache.
  runMgo(context, command, place);
  const secondBuild = runMgo(context, command, place);
  const variants = LEVELS.map((level) => join(folder, `${program.name}.${level}`));
  for (const [index, variant] of variants.entries()) {
    runMgo(context, ["extract", "bundle", "--level", LEVELS[index] ?? "", "-o", variant], place);
  }
  return { variants, secondBuild };
}

/** Returns mgo's arguments that build a program in the folder of `buildVariants`. */
export function buildCommand(program: Program, output: string): readonly string[] {
  const ldflags = [program.unstripped ? "" : "-s -w", program.ldflags ?? ""].join(" ").trim();
  const flags = ["-trimpath", ...(ldflags === "" ? [] : [`-ldflags=${ldflags}`])];
  if (program.pie) flags.push("-buildmode=pie");
  return ["build", ...flags, "-o", output, program.source === undefined ? (program.package ?? ".") : "."];
}

/** Makes every kind of bundle from the same variants, and notes those that it cannot make. */
export async function makeBundles(
  variants: readonly string[],
  folder: string,
  context: Context,
): Promise<readonly Bundle[]> {
  const bundles: Bundle[] = [];
  if (context.layouts.includes("packed")) {
    for (const compress of COMPRESS) {
      const kind = compress === "default" ? "packed" : `packed ${compress}`;
      bundles.push(pack(kind, variants, folder, [`--compress=${compress}`], context));
    }
  }
  if (context.layouts.includes("direct")) {
    try {
      bundles.push(pack("direct", variants, folder, ["--layout=direct"], context));
    } catch (error) {
      if (!(error instanceof MgoFailure)) throw error;
      context.note(`no direct bundle: ${error.reason}`);
    }
  }
  return [...bundles, ...(await makePeers(variants, folder, context))];
}

function pack(
  kind: string,
  variants: readonly string[],
  folder: string,
  flags: readonly string[],
  context: Context,
): Bundle {
  context.progress(`packing: ${kind}`);
  const path = join(folder, `bundle ${kind}`);
  const inputs = variants.map((variant, index) => `${LEVELS[index]}=${variant}`);
  const runs: Work[] = [];
  let total = 0;
  while (runs.length === 0 || (total < REPEAT.milliseconds && runs.length < REPEAT.times)) {
    const run = runMgo(context, ["pack", ...flags, "-o", path, ...inputs], buildPlace(context, folder));
    total += run.milliseconds;
    runs.push(run);
  }
  const encoding = {
    milliseconds: spread(runs.map(({ milliseconds }) => milliseconds)).median,
    peakResident: Math.max(...runs.map(({ peakResident }) => peakResident)),
  };
  return { kind, path, encoding };
}

async function makePeers(
  variants: readonly string[],
  folder: string,
  context: Context,
): Promise<readonly Bundle[]> {
  if (context.peers === undefined) return [];
  context.progress("peers");
  const out = join(folder, "peers");
  try {
    const place = buildPlace(context, folder);
    await $({ ...place, stdio: ["ignore", "ignore", "pipe"] })`${context.peers} ${out} ${variants}`;
  } catch (error) {
    context.note(`no peers: ${messageOf(error)}`);
    return [];
  }
  const names = (await readdir(out)).sort();
  return names.map((name) => ({
    kind: name,
    path: join(out, name),
    encoding: undefined,
  }));
}
