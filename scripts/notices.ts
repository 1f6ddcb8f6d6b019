/** `bun scripts/notices.ts`: the notices that go along with the mgo that runs on Node or Bun. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundledPackages } from "./package/bundled.ts";
import { thirdParties } from "./package/copyright.ts";

const root = resolve(import.meta.dir, "..");
const zstd = await readFile(join(root, "engine", "zstd", "LICENSE"), "utf8");
process.stdout.write(thirdParties(zstd, await bundledPackages(root)));
