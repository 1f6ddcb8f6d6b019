/** `mgo verify FILE`: checks every byte of a bundle that is loaded. */
import { openBundle, verifyBundle } from "../bundle/read.ts";
import { MgoError } from "../error.ts";
import type { Level } from "../level.ts";
import type { Context } from "../process.ts";
import { writeStdout } from "../streams.ts";
import { parseArguments, singleFile } from "./arguments.ts";

export async function run(args: readonly string[], { signal }: Context): Promise<number> {
  const { values, files } = parseArguments("verify", args, { json: { type: "boolean" } });
  const file = singleFile("verify", files);
  if (!values.json) {
    writeStdout(`${file}: whole, with ${(await verify(file, signal)).join(", ")}\n`);
    return 0;
  }
  try {
    writeStdout(`${JSON.stringify({ file, ok: true, levels: await verify(file, signal) })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MgoError)) throw error;
    writeStdout(`${JSON.stringify({ file, ok: false, error: error.message })}\n`);
    return error.status;
  }
}

async function verify(file: string, signal: AbortSignal): Promise<readonly Level[]> {
  const bundle = await openBundle(file);
  await verifyBundle(bundle, signal);
  return bundle.directory.variants.map((variant) => variant.level);
}
