/** `mgo verify FILE`: checks every byte of a bundle that is loaded. */
import { openBundle } from "../../bundle/read.ts";
import { verifyBundle } from "../../bundle/verify.ts";
import type { Level } from "../../levels/level.ts";
import { MgoError } from "../../system/error.ts";
import type { Context } from "../../system/process.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments, singleFile } from "../arguments.ts";
import { VERIFY } from "../reference/commands/verify.ts";

export async function run(args: readonly string[], { signal }: Context): Promise<number> {
  const { values, files } = parseArguments(VERIFY, args);
  const file = singleFile("verify", files);
  if (!values.json) {
    const { levels, changed } = await verify(file, signal);
    const note = changed === null ? "" : `; its base ${changed} was changed since (strip, patchelf?)`;
    writeStdout(`${file}: whole, with ${levels.join(", ")}${note}\n`);
    return 0;
  }
  try {
    writeStdout(`${JSON.stringify({ file, ok: true, ...(await verify(file, signal)) })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof MgoError)) throw error;
    writeStdout(`${JSON.stringify({ file, ok: false, error: error.message })}\n`);
    return error.status;
  }
}

interface Result {
  readonly levels: readonly Level[];
  /** The base of a direct bundle if a tool has changed it since in a way that bundles stand, else null. */
  readonly changed: Level | null;
}

async function verify(file: string, signal: AbortSignal): Promise<Result> {
  const bundle = await openBundle(file);
  const { changed } = await verifyBundle(bundle, signal);
  return { levels: bundle.directory.variants.map((variant) => variant.level), changed: changed ?? null };
}
