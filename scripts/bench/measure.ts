/** Measures all figures of one program. */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { defaultBase, LEVELS, type Level } from "../../src/levels/level.ts";
import { messageOf } from "../script.ts";
import { measureArchitectures } from "./architectures.ts";
import { buildVariants, makeBundles } from "./build.ts";
import { measureColdStarts, measureSlowStarts } from "./cold.ts";
import { type Context, quietPlace } from "./context.ts";
import type { ProgramFigures } from "./figures.ts";
import { measureMemory } from "./memory.ts";
import type { Program } from "./programs.ts";
import type { Startable } from "./starter.ts";
import { measureStarts, runnableLevels } from "./starts.ts";

/** Bundles that are started from slow disks: one of each layout, and one to compare with. */
const SLOW_KINDS: readonly string[] = ["packed", "direct", "copy"];

/** @throws Error if the program cannot be built or does not run by itself */
export async function measureProgram(program: Program, context: Context): Promise<ProgramFigures> {
  const folder = await mkdtemp(join(context.work, `${program.name}-`));
  context.progress("building");
  const { variants, secondBuild } = await buildVariants(program, folder, context);
  const plain = new Map<Level, string>(LEVELS.map((level, index) => [level, variants[index] ?? ""]));
  const runnable = runnableLevels(plain, program.args, context);
  const base = defaultBase(runnable);
  if (base === undefined) throw new Error(`no variant runs with the arguments ${program.args.join(" ")}`);
  if (base !== defaultBase(LEVELS)) context.note(`the base is not for this CPU: ${base} takes its place`);

  const bundles = await makeBundles(variants, folder, context);
  context.progress("starts");
  const levels = [base, ...runnable.filter((level) => level !== base)];
  const starts = measureStarts(plain, bundles, levels, program.args, context);
  context.progress("starts from the disk");
  const plainPath = plain.get(base) ?? "";
  const running = bundles.filter((bundle) => (starts.bundles.get(bundle)?.starts.length ?? 0) > 0);
  const pathsOf = (files: typeof bundles): readonly string[] => [plainPath, ...files.map(({ path }) => path)];
  const cold = await measureColdStarts(pathsOf(running), base, program.args, context);
  const few = running.filter(({ kind }) => SLOW_KINDS.includes(kind));
  const slow = await measureSlowStarts(pathsOf(few), base, program.args, context);
  context.progress("memory");
  const memory = async (file: Startable): Promise<number | undefined> => {
    if (program.stay === undefined) return undefined;
    try {
      return await measureMemory(file, program.stay, quietPlace(context), context.pin);
    } catch (error) {
      context.note(`no memory of four processes: ${messageOf(error)}`);
      return undefined;
    }
  };
  const figures: ProgramFigures["bundles"][number][] = [];
  for (const bundle of bundles) {
    const { kind, path, encoding } = bundle;
    // All efforts of compression give the same program.
    const isOther = /^packed ./.test(kind);
    figures.push({
      kind,
      size: Bun.file(path).size,
      encoding,
      ...(starts.bundles.get(bundle) ?? { starts: [], unset: undefined }),
      cold: cold.get(path),
      slow: slow(path),
      memory: isOther ? undefined : await memory({ path, level: base }),
      unsetMemory: isOther ? undefined : await memory({ path }),
    });
  }
  return {
    name: program.name,
    what: [program.version, program.what].filter((text) => text !== undefined).join(", "),
    base,
    plain: {
      size: Bun.file(plainPath).size,
      starts: starts.plain,
      cold: cold.get(plainPath),
      slow: slow(plainPath),
      memory: await memory({ path: plainPath, level: base }),
    },
    bundles: figures,
    secondBuild,
    architectures: measureArchitectures(program, folder, context),
  };
}
