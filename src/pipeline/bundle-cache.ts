/**
 * The bundle of the last run, in the cache beside the variants that it was made of: while they are the same,
 * by their SHA-256, nothing is encoded again. All else that its bytes depend on is in the file's name.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { type Bundle, readBundle } from "../bundle/read.ts";
import { compareNeighbours, findRepeats, type Repeat } from "../bundle/repeats.ts";
import { type PendingInput, readVariant, sha256 } from "../bundle/variant.ts";
import type { Made } from "../bundle/write.ts";
import { loadProduct } from "../engine/products.ts";
import type { Level } from "../levels/level.ts";
import type { Context } from "../system/process.ts";
import type { BundleSettings } from "./options.ts";

/** In an entry of the cache, beside a folder for each level. */
const FOLDER = "bundles";

/** The file begins with the SHA-256 of the bundle that follows, in bytes. */
const CHECKSUM_SIZE = 32;

export interface BundleCache {
  /**
   * Returns the bundle of these variants, if there is one. Waits for them, as long as those that are there
   * are its own.
   *
   * @throws what a variant's `ready` rejects with
   */
  find(inputs: readonly PendingInput[]): Promise<Made | undefined>;
  /** Keeps a new one instead. Throws nothing: a cache that fails is no failure of the build. */
  replace(chunks: readonly Uint8Array[]): Promise<void>;
}

/**
 * @param entry the cache's entry, which this run has to itself
 * @param name the program's, in the entry
 * @param launcher the launcher's ELF file
 */
export async function openBundleCache(
  entry: string,
  name: string,
  launcher: Uint8Array,
  { layout, startPolicy, compress, base }: BundleSettings,
  { env, signal }: Pick<Context, "env" | "signal">,
): Promise<BundleCache> {
  const folder = join(entry, FOLDER, name);
  const runtime = process.versions.bun ?? process.version;
  const hash = createHash("sha256")
    .update(JSON.stringify([packageJson.version, runtime, layout, startPolicy, compress, base]))
    .update(sha256(launcher))
    .update(sha256(await loadProduct("engine", env, signal)));
  const path = join(folder, hash.digest("hex").slice(0, 32));
  return {
    find: async (inputs) => {
      const bundle = await readCached(path);
      const repeats = bundle && (await compareVariants(bundle, inputs));
      return bundle && repeats && { chunks: [bundle.elf.bytes], repeats };
    },
    replace: async (chunks) => {
      try {
        await mkdir(folder, { recursive: true });
        for (const old of await readdir(folder)) await rm(join(folder, old), { force: true });
        const bundle = Buffer.concat(chunks);
        await writeFile(path, Buffer.concat([sha256(bundle), bundle]));
      } catch {
        await rm(path, { force: true }).catch(() => {});
      }
    },
  };
}

/** Reads a cached bundle; undefined where there is none, or a damaged one. */
async function readCached(path: string): Promise<Bundle | undefined> {
  try {
    const bytes = await readFile(path);
    const [checksum, bundle] = [bytes.subarray(0, CHECKSUM_SIZE), bytes.subarray(CHECKSUM_SIZE)];
    return checksum.equals(sha256(bundle)) ? await readBundle(bundle, path) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the levels of the variants that a bundle does not store; undefined if it is made of others. */
async function compareVariants(
  { directory }: Bundle,
  inputs: readonly PendingInput[],
): Promise<readonly Repeat[] | undefined> {
  const stored = new Map<Level, Uint8Array>(directory.variants.map(({ level, sha256 }) => [level, sha256]));
  const missing = inputs.flatMap(({ level }) => (stored.has(level) ? [] : [level]));
  if (stored.size + missing.length !== inputs.length) return undefined;
  for (const { level, path, ready } of inputs) {
    await ready;
    const known = stored.get(level);
    if (known !== undefined && !Buffer.from(known).equals(sha256(await readFile(path)))) return undefined;
  }
  if (missing.length === 0) return [];
  const pending = inputs.map((input) => ({ level: input.level, variant: readVariant(input) }));
  const repeats = await findRepeats(compareNeighbours(pending));
  const isMade = missing.every((level) => repeats.some((one) => one.level === level));
  return isMade && repeats.length === missing.length ? repeats : undefined;
}
