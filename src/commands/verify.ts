/** `mgo verify FILE`: checks every byte of a bundle that is loaded. */
import { openBundle, verifyBundle } from "../bundle/read.ts";
import { MgoError } from "../error.ts";
import type { Level } from "../level.ts";
import { type CommandContext, parseArguments, singleFile } from "./arguments.ts";

export async function run(args: readonly string[], _context: CommandContext): Promise<number> {
  const { values, files } = parseArguments("verify", args, { json: { type: "boolean" } });
  const file = singleFile("verify", files);
  if (!values.json) {
    process.stdout.write(`${file}: whole, with ${(await verify(file)).join(", ")}\n`);
    return 0;
  }
  try {
    process.stdout.write(`${JSON.stringify({ file, ok: true, levels: await verify(file) })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MgoError)) throw error;
    process.stdout.write(`${JSON.stringify({ file, ok: false, error: error.message })}\n`);
    return error.status;
  }
}

async function verify(file: string): Promise<readonly Level[]> {
  const bundle = await openBundle(file);
  await verifyBundle(bundle);
  return bundle.directory.variants.map((variant) => variant.level);
}
