/** Measures the sizes of packed bundles for other architectures, of which nothing is started. */
import { join } from "node:path";
import {
  ARCHITECTURE_NAMES,
  type Architecture,
  defaultBase,
  defaultLevelsOf,
} from "../../src/levels/level.ts";
import { buildCommand } from "./build.ts";
import { buildPlace, type Context, runMgo } from "./context.ts";
import type { ArchitectureFigures } from "./figures.ts";
import type { Program } from "./programs.ts";

/** The architectures but that of the other figures. */
export const OTHERS: readonly Architecture[] = ARCHITECTURE_NAMES.filter((name) => name !== "amd64");

/**
 * @param folder the one in which `buildVariants` has built the program
 * @returns nothing for a program that the list does not want this of
 */
export function measureArchitectures(
  program: Program,
  folder: string,
  context: Context,
): readonly ArchitectureFigures[] {
  if (program.architectures !== true) return [];
  return OTHERS.map((architecture) => {
    context.progress(`building for ${architecture}`);
    const bundle = join(folder, `bundle.${architecture}`);
    const plain = join(folder, `plain.${architecture}`);
    const place = buildPlace(context, folder);
    const target = { ...place, env: { ...place.env, GOOS: "linux", GOARCH: architecture } };
    runMgo(context, buildCommand(program, bundle), target);
    const levels = defaultLevelsOf(architecture);
    runMgo(context, ["extract", bundle, "--level", defaultBase(levels), "-o", plain], place);
    return { architecture, levels, plain: Bun.file(plain).size, packed: Bun.file(bundle).size };
  });
}
