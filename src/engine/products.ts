/**
 * Loads the products of Zig, from inside this mgo or, in a checkout, from their sources: the launchers that
 * go into bundles, unless another one is named, and the engine.
 */
import { readWhole } from "../system/file.ts";
import type { Environment } from "../system/process.ts";
import type { Product } from "./compile.ts";
import type { ARCHITECTURES } from "./levels.ts";

/** Set by `scripts/build.ts` when mgo is compiled; a plain `bun src/cli/main.ts` has no such constant. */
declare const MGO_COMPILED: boolean | undefined;

export interface LauncherOptions {
  /** Path of a launcher to take instead of mgo's own (`-mgo.launcher`). */
  readonly file?: string | undefined;
  /** The architecture of the bundles that it goes into. */
  readonly architecture: keyof typeof ARCHITECTURES;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/**
 * The launcher's ELF file.
 *
 * @throws MgoError if it cannot be read, or not be compiled
 */
export async function loadLauncher(options: LauncherOptions): Promise<Uint8Array> {
  const { file, architecture, env, signal } = options;
  if (file !== undefined) return await readWhole(file);
  return loadProduct(`launcher-${architecture}`, env, signal);
}

/**
 * The bytes of a product.
 *
 * @throws MgoError as `loadLauncher`
 */
export async function loadProduct(
  product: Product,
  env: Environment,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (typeof MGO_COMPILED !== "undefined" && MGO_COMPILED) {
    const { embedded } = await import("./embedded.ts");
    return embedded(product);
  }
  const { compile } = await import("./compile.ts");
  return compile(product, env, signal);
}
