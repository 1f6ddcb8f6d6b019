/** `mgo extract FILE --level LEVEL -o OUT`: one variant, byte for byte as `go build` made it. */
import { decodeVariant, findVariant, openBundle } from "../bundle/read.ts";
import { MgoError } from "../error.ts";
import { checkOverwrite, placeOutput } from "../output.ts";
import type { Context } from "../process.ts";
import { EXTRACT } from "../reference/commands/extract.ts";
import { writeStdout } from "../streams.ts";
import { parseArguments, parseLevel, singleFile } from "./arguments.ts";

export async function run(args: readonly string[], { signal }: Context): Promise<number> {
  const { values, files } = parseArguments(EXTRACT, args);
  const bundle = await openBundle(singleFile("extract", files));
  const present = bundle.directory.variants.map((variant) => variant.level).join(", ");
  if (values.level === undefined) {
    throw new MgoError("extract: which variant? Name it with --level", {
      hint: `${bundle.name} has ${present}`,
      status: 2,
    });
  }
  if (values.output === undefined) {
    throw new MgoError("extract: where to? Name the file with -o, or - for standard output", {
      status: 2,
    });
  }
  const variant = findVariant(bundle, parseLevel("--level", values.level));
  if (values.output === "-") {
    writeStdout(await decodeVariant(bundle, variant, signal));
    return 0;
  }
  await checkOverwrite(values.output);
  await placeOutput(values.output, [await decodeVariant(bundle, variant, signal)], signal);
  return 0;
}
