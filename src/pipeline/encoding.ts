/**
 * The variants of one program, put into a bundle, of which each is encoded as soon as it is built.
 */
import { stat } from "node:fs/promises";
import type { PendingInput } from "../bundle/variant.ts";
import { type BundleOptions, createBundle } from "../bundle/write.ts";
import { MgoError } from "../system/error.ts";
import type { Context } from "../system/process.ts";
import { openKept } from "./bundle-cache.ts";
import type { Arrivals } from "./level-gate.ts";
import type { Options } from "./options.ts";
import type { Output } from "./plan.ts";
import type { Progress } from "./progress.ts";
import { type Entry, UNCONFIRMED } from "./variant-cache.ts";
import { buildOrder, variantFolder } from "./variants.ts";

export interface EncodingContext extends Pick<Context, "env" | "signal"> {
  /** Where the variants are built. */
  readonly entry: Entry;
  readonly arrivals: Arrivals;
  readonly launcher: Uint8Array;
  readonly progress: Progress;
}

/**
 * Encodes a program's variants while they are being built, or finds the bundle that the last run made of the same.
 *
 * @returns the bundle in pieces
 * @throws MgoError if they do not fit together; the signal's reason if it is aborted; something else if a level fails
 */
export async function encodeOutput(
  options: Options,
  output: Output,
  context: EncodingContext,
): Promise<readonly Uint8Array[]> {
  const { entry, arrivals, launcher, progress, signal } = context;
  const inputs = buildOrder(options).map((level): PendingInput => {
    const path = `${variantFolder(entry.folder, level)}/${output.name}`;
    const ready = arrivals.wait(level).then(() => checkConfirmed(path, level, output));
    // Whoever encodes looks at one after the other.
    ready.catch(() => {});
    return { path, level, ready };
  });
  const bundleOptions = bundleOptionsOf(options, { signal, onProgress: progress.encoding });
  try {
    // A single variant is not encoded.
    const kept =
      entry.isCached && inputs.length > 1
        ? await openKept(entry.folder, output.name, launcher, bundleOptions, context)
        : undefined;
    const found = await kept?.find(inputs);
    if (found !== undefined) return [found.elf.bytes];
    const chunks = await createBundle(inputs, launcher, bundleOptions);
    await kept?.replace(chunks);
    return chunks;
  } catch (error) {
    throw inUsersWords(error, inputs, output);
  }
}

function bundleOptionsOf(
  { layout, startPolicy, compress, base, jobs }: Options,
  rest: Pick<BundleOptions, "signal" | "onProgress">,
): BundleOptions {
  return {
    layout,
    startPolicy,
    compress,
    ...(base === undefined ? {} : { base }),
    ...(jobs === undefined ? {} : { jobs }),
    ...rest,
  };
}

/** A `go` that ended well may have built less than was asked for; what lies there is then an older program. */
async function checkConfirmed(path: string, level: string, { importPath }: Output): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && found.mtimeMs !== UNCONFIRMED) return;
  throw new MgoError(`go made no program of ${importPath} for GOAMD64=${level}`);
}

/** Where mgo keeps variants is nothing that a user has named. */
function inUsersWords(error: unknown, inputs: readonly PendingInput[], { shown }: Output): unknown {
  if (!(error instanceof MgoError)) return error;
  const { hint, status, cause } = error;
  const rename = (words: string): string =>
    inputs.reduce((text, { level, path }) => text.replaceAll(path, `${shown} for GOAMD64=${level}`), words);
  return new MgoError(rename(error.message), {
    ...(hint === undefined ? {} : { hint: rename(hint) }),
    status,
    cause,
  });
}
