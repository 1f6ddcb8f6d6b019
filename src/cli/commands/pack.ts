/** `mgo pack -o OUT FILE…`: bundles variants that were built elsewhere. */
import { COMPRESS, type Compress } from "../../bundle/frame.ts";
import {
  checkStartPolicy,
  LAYOUTS,
  type Layout,
  START_POLICIES,
  type StartPolicy,
} from "../../bundle/layout.ts";
import type { VariantInput } from "../../bundle/variant.ts";
import { createBundle } from "../../bundle/write.ts";
import { loadLauncher } from "../../engine/products.ts";
import { MgoError } from "../../system/error.ts";
import { checkOverwrite, placeOutput } from "../../system/output.ts";
import type { Context } from "../../system/process.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments, parseLevel } from "../arguments.ts";
import { PACK } from "../reference/commands/pack.ts";

export async function run(args: readonly string[], context: Context): Promise<number> {
  const { values, files } = parseArguments(PACK, args);
  if (values.output === undefined) {
    throw new MgoError("pack: where to? Name the bundle with -o", { status: 2 });
  }
  if (files.length === 0) {
    throw new MgoError("pack: no files to bundle", { hint: "mgo pack -o OUT FILE…", status: 2 });
  }
  const compress: Compress = parseChoice("compress", values.compress ?? "default", COMPRESS);
  const layout: Layout = parseChoice("layout", values.layout ?? "packed", LAYOUTS);
  const startPolicy: StartPolicy = parseChoice("start", values.start ?? "best", START_POLICIES);
  checkStartPolicy("--start", layout, startPolicy);
  const base = values.base === undefined ? {} : { base: parseLevel("--base", values.base) };
  if (values.output !== "-") await checkOverwrite(values.output);
  const inputs = files.map(parseInput);
  const { env, signal } = context;
  const launcher = await loadLauncher({ file: values.launcher, env, signal });
  const bundle = await createBundle(inputs, launcher, {
    ...base,
    compress,
    layout,
    startPolicy,
    signal,
  });
  if (values.output === "-") for (const chunk of bundle) writeStdout(chunk);
  else await placeOutput(values.output, bundle, signal);
  return 0;
}

/** `FILE`, whose build info tells its level, or `v3=FILE`. */
function parseInput(argument: string): VariantInput {
  const [, level, path] = /^(v\d+)=(.+)$/s.exec(argument) ?? [];
  if (level === undefined || path === undefined) return { path: argument };
  return { path, level: parseLevel(argument, level) };
}

function parseChoice<Choice extends string>(flag: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((known) => known === text);
  if (found !== undefined) return found;
  throw new MgoError(`--${flag}: ${text} is none of ${choices.join(", ")}`, { status: 2 });
}
