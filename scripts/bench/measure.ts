/** Measures all figures of one program. */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { defaultBase, LEVELS, type Level } from "../../src/levels/level.ts";
import { messageOf } from "../script.ts";
import { buildVariants, makeBundles } from "./build.ts";
import { type Context, quietPlace } from "./context.ts";
import type { ProgramFigures } from "./figures.ts";
import { measureMemory } from "./memory.ts";
import type { Program } from "./programs.ts";
import { measureStarts, runnableLevels } from "./starts.ts";

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
  context.progress("memory");
  const memory = async (path: string): Promise<number | undefined> => {
    if (program.stay === undefined) return undefined;
    try {
      return await measureMemory({ path, level: base }, program.stay, quietPlace(context), context.pin);
    } catch (error) {
      context.note(`no memory of four processes: ${messageOf(error)}`);
      return undefined;
    }
  };
  const plainPath = plain.get(base) ?? "";
  const figures: ProgramFigures["bundles"][number][] = [];
  for (const bundle of bundles) {
    figures.push({
      kind: bundle.kind,
      size: Bun.file(bundle.path).size,
      encoding: bundle.encoding,
      starts: starts.bundles.get(bundle) ?? [],
      // All efforts of compression give the same program.
      memory: /^packed ./.test(bundle.kind) ? undefined : await memory(bundle.path),
    });
  }
  return {
    name: program.name,
    what: [program.version, program.what].filter((text) => text !== undefined).join(", "),
    base,
    plain: { size: Bun.file(plainPath).size, starts: starts.plain, memory: await memory(plainPath) },
    bundles: figures,
    secondBuild,
  };
}
