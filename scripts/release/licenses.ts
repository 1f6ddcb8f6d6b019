/** The texts that go along with everything that is given away. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundledPackages } from "../package/bundled.ts";
import { thirdParties } from "../package/copyright.ts";
import type { Entry } from "./archive.ts";
import { root } from "./step.ts";

/** A text file of the checkout. */
export async function readText(path: string): Promise<string> {
  return readFile(join(root, path), "utf8");
}

/**
 * mgo's own license, that of zstd, whose decoder is in the launcher and so in each bundle, and the notices of all else
 * that is inside.
 *
 * @param more what else that is, beside npm packages
 */
export async function readLicenses(...more: readonly string[]): Promise<readonly Entry[]> {
  const zstd = await readText("engine/zstd/LICENSE");
  const texts = {
    LICENSE: await readText("LICENSE"),
    "LICENSE.zstd": zstd,
    "THIRD-PARTY": thirdParties(zstd, await bundledPackages(root), ...more),
  };
  return Object.entries(texts).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
}
