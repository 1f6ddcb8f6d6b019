/**
 * Packages of npm's that are not for this machine, and so are not installed: fetched as tarballs and kept in the user's
 * cache, which `npm ci` does not clear. One is taken only if it is, byte for byte, what it should be.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { runStep } from "./step.ts";

export interface Package {
  readonly name: string;
  readonly version: string;
  /** Of its tarball, as `npm view NAME@VERSION dist.integrity` gives it. */
  readonly integrity: string;
}

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mgo-release");

/**
 * A package's tarball.
 *
 * @throws Error if npm cannot fetch it, or gives another one
 */
export async function fetchPackage({ name, version, integrity }: Package): Promise<Uint8Array> {
  const kept = join(cache, `${basename(name)}-${version}.tgz`);
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
      `${name}@${version}`,
    ]);
    const fetched = join(work, printed.trim());
    const bytes = await readFile(fetched);
    const found = integrityOf(bytes);
    if (found !== integrity) {
      throw new Error(`npm gave another ${name} ${version} than it should: ${found}, not ${integrity}`);
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
