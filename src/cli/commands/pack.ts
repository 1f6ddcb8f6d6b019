/** `mgo pack -o OUT FILE…`: bundles variants that were built elsewhere. */
import { existsSync } from "node:fs";
import { parseElf } from "../../bundle/elf.ts";
import type { VariantInput } from "../../bundle/variant.ts";
import { createBundle } from "../../bundle/write.ts";
import { loadLauncher } from "../../engine/products.ts";
import { type Architecture, architectureOf, levelsOf, VARIABLES } from "../../levels/level.ts";
import { findLevel } from "../../levels/text.ts";
import { BUNDLE_FLAGS, type MgoFlag } from "../../pipeline/flags.ts";
import { describeRepeats } from "../../pipeline/notes.ts";
import { readBundleSettings, type Setting } from "../../pipeline/options.ts";
import { MgoError } from "../../system/error.ts";
import { readWhole } from "../../system/file.ts";
import { checkOverwrite, placeOutput } from "../../system/output.ts";
import type { Context } from "../../system/process.ts";
import { writeStderr, writeStdout } from "../../system/streams.ts";
import { parseArguments, requireOutput } from "../arguments.ts";
import { PACK } from "../reference/commands/pack.ts";

export async function run(args: readonly string[], context: Context): Promise<number> {
  const { values, files } = parseArguments(PACK, args);
  const output = requireOutput("pack", values.output);
  if (files.length === 0) throw new MgoError("pack: missing files", { hint: "mgo help pack", status: 2 });
  const settings = new Map<MgoFlag, Setting>();
  for (const { name } of BUNDLE_FLAGS) {
    const value = values[name];
    if (value !== undefined) settings.set(name, { value, where: `--${name}` });
  }
  const inputs = files.map(parseInput);
  const architecture = await findArchitecture(inputs);
  const bundleSettings = readBundleSettings(settings, levelsOf(architecture));
  if (output !== "-") await checkOverwrite(output);
  const { env, signal } = context;
  const launcher = await loadLauncher({ file: values.launcher, architecture, env, signal });
  const { chunks, repeats } = await createBundle(inputs, launcher, { ...bundleSettings, signal });
  if (output === "-") for (const chunk of chunks) writeStdout(chunk);
  else await placeOutput(output, chunks, signal);
  for (const line of describeRepeats(output, repeats)) writeStderr(`${line}\n`);
  return 0;
}

/**
 * Reads `FILE`, whose build info has its level, or `v3=FILE`. A file may have a `=` in its name.
 *
 * @throws MgoError if what stands before the `=` of a file is no level
 */
function parseInput(argument: string): VariantInput {
  const [, name, path] = /^([^=/]+)=(.+)$/s.exec(argument) ?? [];
  if (name === undefined || path === undefined) return { path: argument };
  const level = findLevel(name);
  if (level !== undefined) return { path, level };
  if (existsSync(argument) || !existsSync(path)) return { path: argument };
  throw new MgoError(`${argument}: unknown level ${name}`, {
    hint: `LEVEL=FILE takes a value of ${VARIABLES.join(", ")}`,
    status: 2,
  });
}

/** The architecture that the first file is for: that of the others is checked with them. */
async function findArchitecture([first]: readonly VariantInput[]): Promise<Architecture> {
  if (first === undefined) throw new Error("no files");
  if (first.level !== undefined) return architectureOf(first.level);
  return parseElf(await readWhole(first.path), first.path).architecture;
}
