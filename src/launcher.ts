/**
 * The launcher that goes into bundles: another one by name, the one inside this mgo, or, in a checkout,
 * compiled from its sources.
 */
import { readWhole } from "./file.ts";
import type { Environment } from "./process.ts";

/** Set by `scripts/build.ts` when mgo is compiled; a plain `bun src/cli.ts` has no such constant. */
declare const MGO_COMPILED: boolean | undefined;

export interface LauncherOptions {
  /** Path of a launcher to take instead of mgo's own (`-mgo.launcher`). */
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/**
 * The launcher's ELF file.
 *
 * @throws MgoError if it cannot be read, or not be compiled
 */
export async function loadLauncher({ file, env, signal }: LauncherOptions): Promise<Uint8Array> {
  if (file !== undefined) return await readWhole(file);
  if (typeof MGO_COMPILED !== "undefined" && MGO_COMPILED) {
    const { embeddedLauncher } = await import("./launcher/embedded.ts");
    return embeddedLauncher();
  }
  const { compileLauncher } = await import("./launcher/compile.ts");
  return compileLauncher(env, signal);
}
