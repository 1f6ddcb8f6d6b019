/** `mgo extract FILE --level LEVEL|--native -o OUT`: writes one variant as `go build` made it. */
import { decodeVariant } from "../../bundle/decode.ts";
import { type Bundle, findVariant, openBundle } from "../../bundle/read.ts";
import { startedLevel } from "../../bundle/start.ts";
import type { Level } from "../../levels/level.ts";
import { nativeLevels } from "../../levels/native.ts";
import { lastOf } from "../../levels/select.ts";
import { MgoError } from "../../system/error.ts";
import { checkOverwrite, placeOutput } from "../../system/output.ts";
import type { Context } from "../../system/process.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments, parseLevel, requireOutput, singleFile } from "../arguments.ts";
import { EXTRACT } from "../reference/commands/extract.ts";
import type { FlagValues } from "../reference/types.ts";

export async function run(args: readonly string[], { signal }: Context): Promise<number> {
  const { values, files } = parseArguments(EXTRACT, args);
  const file = singleFile("extract", files);
  const output = requireOutput("extract", values.output);
  const bundle = await openBundle(file);
  const variant = findVariant(bundle, selectLevel(bundle, values));
  if (output === "-") {
    writeStdout(await decodeVariant(bundle, variant, signal));
    return 0;
  }
  await checkOverwrite(output);
  await placeOutput(output, [await decodeVariant(bundle, variant, signal)], signal);
  return 0;
}

function selectLevel(bundle: Bundle, { level, native }: FlagValues<typeof EXTRACT.flags>): Level {
  const present = bundle.directory.variants.map((variant) => variant.level);
  const hint = `${bundle.name} has ${present.join(", ")}`;
  if (level !== undefined && native) {
    throw new MgoError("extract: --level and --native exclude each other", { hint, status: 2 });
  }
  if (level !== undefined) return parseLevel("--level", level, bundle.elf.architecture);
  if (!native) throw new MgoError("extract: missing --level LEVEL or --native", { hint, status: 2 });
  const runnable = nativeLevels(bundle.elf.architecture, `--level names a level: ${hint}`);
  const best = lastOf(present, runnable);
  if (best === undefined)
    throw new MgoError(`extract: this machine supports ${runnable.at(-1)} at most`, { hint });
  return startedLevel(bundle.directory, best, runnable);
}
