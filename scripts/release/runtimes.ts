/**
 * Bun's runtimes for all targets. `npm ci` installs this machine's only: the others are fetched as tarballs.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import packageJson from "../../package.json" with { type: "json" };
import { fetchPackage } from "./packages.ts";
import type { Runtime } from "./targets.ts";

const require = createRequire(import.meta.url);
const VERSION = packageJson.devDependencies.bun;

/**
 * The program of a runtime.
 *
 * @throws Error if npm cannot fetch it, or gives another one
 */
export async function readRuntime(runtime: Runtime): Promise<Uint8Array> {
  return (
    (await readInstalled(runtime)) ?? unpackProgram(await fetchPackage({ ...runtime, version: VERSION }))
  );
}

/** npm has checked it against package-lock.json. */
async function readInstalled({ name }: Runtime): Promise<Uint8Array | undefined> {
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const { version } = JSON.parse(await readFile(manifest, "utf8"));
    return version === VERSION ? await readFile(join(dirname(manifest), "bin", "bun")) : undefined;
  } catch {
    return undefined;
  }
}

async function unpackProgram(tarball: Uint8Array): Promise<Uint8Array> {
  const entries = await unpackTar(gunzipSync(tarball), { filter: ({ name }) => name === "package/bin/bun" });
  const program = entries[0]?.data;
  if (program === undefined) throw new Error("there is no bin/bun in a package of Bun's");
  return program;
}
