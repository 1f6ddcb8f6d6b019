/** The texts that go along with everything that is given away. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Entry } from "./archive.ts";
import { root } from "./step.ts";

/** A text file of the checkout. */
export async function readText(path: string): Promise<string> {
  return readFile(join(root, path), "utf8");
}

/** mgo's own license, and that of zstd, whose decoder is in the launcher and so in each bundle. */
export async function readLicenses(): Promise<readonly Entry[]> {
  const files = { LICENSE: "LICENSE", "LICENSE.zstd": "launcher/zstd/LICENSE" } as const;
  return Promise.all(
    Object.entries(files).map(async ([name, path]) => ({ name, bytes: Buffer.from(await readText(path)) })),
  );
}
