/** The texts that go into everything that is released. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundledPackages } from "../package/bundled.ts";
import { thirdParties } from "../package/copyright.ts";
import { root } from "../script.ts";
import type { Entry } from "./archive.ts";

/** Returns a text file of the checkout. */
export async function readText(path: string): Promise<string> {
  return readFile(join(root, path), "utf8");
}

/**
 * Returns mgo's license, zstd's, whose decoder is in the launcher and so in each bundle, and the notices of
 * all other contents.
 *
 * @param more notices beside those of npm packages
 */
export async function readLicenses(...more: readonly string[]): Promise<readonly Entry[]> {
  const zstd = await readText("engine/zstd/LICENSE");
  const texts = {
    LICENSE: await readText("LICENSE"),
    "LICENSE.zstd": zstd,
    "THIRD-PARTY": thirdParties(zstd, await bundledPackages(), ...more),
  };
  return Object.entries(texts).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
}
