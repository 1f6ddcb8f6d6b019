/** `mgo pack -o OUT FILE…`: bundles variants that were built elsewhere. */
import type { VariantInput } from "../../bundle/variant.ts";
import { createBundle } from "../../bundle/write.ts";
import { loadLauncher } from "../../engine/products.ts";
import { BUNDLE_FLAGS, type MgoFlag } from "../../pipeline/flags.ts";
import { readBundleSettings, type Setting } from "../../pipeline/options.ts";
import { MgoError } from "../../system/error.ts";
import { checkOverwrite, placeOutput } from "../../system/output.ts";
import type { Context } from "../../system/process.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments, parseLevel, requireOutput } from "../arguments.ts";
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
  const bundleSettings = readBundleSettings(settings);
  if (output !== "-") await checkOverwrite(output);
  const inputs = files.map(parseInput);
  const { env, signal } = context;
  const launcher = await loadLauncher({ file: values.launcher, env, signal });
  const bundle = await createBundle(inputs, launcher, { ...bundleSettings, signal });
  if (output === "-") for (const chunk of bundle) writeStdout(chunk);
  else await placeOutput(output, bundle, signal);
  return 0;
}

/** Reads `FILE`, whose build info has its level, or `v3=FILE`. */
function parseInput(argument: string): VariantInput {
  const [, level, path] = /^(v\d+)=(.+)$/s.exec(argument) ?? [];
  if (level === undefined || path === undefined) return { path: argument };
  return { path, level: parseLevel(argument, level) };
}
