/** `mgo extract FILE --level LEVEL|--native -o OUT`: one variant, byte for byte as `go build` made it. */
import { type Bundle, decodeVariant, findVariant, openBundle } from "../../bundle/read.ts";
import type { Level } from "../../levels/level.ts";
import { highestUpTo, nativeLevel } from "../../levels/native.ts";
import { MgoError } from "../../system/error.ts";
import { checkOverwrite, placeOutput } from "../../system/output.ts";
import type { Context } from "../../system/process.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments, parseLevel, singleFile } from "../arguments.ts";
import { EXTRACT } from "../reference/commands/extract.ts";

export async function run(args: readonly string[], { signal }: Context): Promise<number> {
  const { values, files } = parseArguments(EXTRACT, args);
  const bundle = await openBundle(singleFile("extract", files));
  if (values.output === undefined) {
    throw new MgoError("extract: where to? Name the file with -o, or - for standard output", {
      status: 2,
    });
  }
  const variant = findVariant(bundle, chooseLevel(bundle, values));
  if (values.output === "-") {
    writeStdout(await decodeVariant(bundle, variant, signal));
    return 0;
  }
  await checkOverwrite(values.output);
  await placeOutput(values.output, [await decodeVariant(bundle, variant, signal)], signal);
  return 0;
}

interface Choice {
  readonly level?: string;
  readonly native?: boolean;
}

function chooseLevel(bundle: Bundle, { level, native }: Choice): Level {
  const present = bundle.directory.variants.map((variant) => variant.level);
  const hint = `${bundle.name} has ${present.join(", ")}`;
  if ((level === undefined) === (native === undefined)) {
    const which =
      level === undefined
        ? "which variant? Name it with --level, or take --native"
        : "one of --level and --native";
    throw new MgoError(`extract: ${which}`, { hint, status: 2 });
  }
  if (level !== undefined) return parseLevel("--level", level);
  const machine = nativeLevel();
  const best = highestUpTo(present, machine);
  if (best === undefined) throw new MgoError(`extract: this machine runs ${machine} at most`, { hint });
  return best;
}
