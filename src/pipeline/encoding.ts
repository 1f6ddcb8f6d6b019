/** One program's bundle, of which each variant is encoded as soon as it is built. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { EncodeProgress } from "../bundle/encode.ts";
import type { PendingInput } from "../bundle/variant.ts";
import { createBundle, type Made } from "../bundle/write.ts";
import { assignment, type Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import type { Context } from "../system/process.ts";
import { openBundleCache } from "./bundle-cache.ts";
import type { LevelGate } from "./level-gate.ts";
import type { Options } from "./options.ts";
import type { Output } from "./target.ts";
import { type Entry, levelFolder, UNCONFIRMED } from "./variant-cache.ts";

export interface EncodingContext extends Pick<Context, "env" | "signal"> {
  /** The entry that the variants are built in. */
  readonly entry: Entry;
  readonly gate: LevelGate;
  /** The launcher's ELF file. */
  readonly launcher: Uint8Array;
  readonly onProgress: (progress: EncodeProgress) => void;
}

/**
 * Encodes a program's variants while they are being built, or finds the bundle that the last run made of the
 * same.
 *
 * @param order the levels, the base first
 * @throws MgoError if they do not fit together; NotBuilt for a failed level; the reason of an abort
 */
export async function encodeOutput(
  output: Output,
  order: readonly Level[],
  { bundle, jobs }: Pick<Options, "bundle" | "jobs">,
  { entry, gate, launcher, onProgress, env, signal }: EncodingContext,
): Promise<Made> {
  const inputs = order.map((level): PendingInput => {
    const path = join(levelFolder(entry.folder, level), output.name);
    const ready = gate.wait(level).then(() => checkConfirmed(path, level, output));
    // The encoder awaits one after the other; this only keeps a rejection from counting as unhandled.
    ready.catch(() => {});
    return { path, level, ready };
  });
  try {
    // A single variant is not encoded.
    const cache =
      entry.isCached && inputs.length > 1
        ? await openBundleCache(entry.folder, output.name, launcher, bundle, { env, signal })
        : undefined;
    const found = await cache?.find(inputs);
    if (found !== undefined) return found;
    const options = { ...bundle, ...(jobs === undefined ? {} : { jobs }), signal, onProgress };
    const made = await createBundle(inputs, launcher, options);
    await cache?.replace(made.chunks);
    return made;
  } catch (error) {
    throw withUserPaths(error, inputs, output);
  }
}

/** A `go` that ended well may have built less than was asked for; an older program then lies there still. */
async function checkConfirmed(path: string, level: Level, { importPath }: Output): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && found.mtimeMs !== UNCONFIRMED) return;
  throw new MgoError(`go made no program of ${importPath} for ${assignment(level)}`);
}

/** Names variants in a message by the user's output and their level, in place of paths in mgo's cache. */
function withUserPaths(error: unknown, inputs: readonly PendingInput[], { shown }: Output): unknown {
  if (!(error instanceof MgoError)) return error;
  const { hint, status, cause } = error;
  const rename = (words: string): string =>
    inputs.reduce(
      (text, { level, path }) => text.replaceAll(path, `${shown} for ${assignment(level)}`),
      words,
    );
  return new MgoError(rename(error.message), {
    ...(hint === undefined ? {} : { hint: rename(hint) }),
    status,
    cause,
  });
}
