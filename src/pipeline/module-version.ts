/** What `go install package@version` has built: only Go knows, once it has. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readVariant } from "../bundle/variant.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import type { Output } from "./plan.ts";
import { UNCONFIRMED } from "./variant-cache.ts";

/**
 * @param folderOf where a level's executables are
 * @param target where bundles of them go
 * @throws MgoError if the levels have built different programs
 */
export async function findFetched(
  levels: readonly Level[],
  folderOf: (level: Level) => string,
  target: string,
): Promise<readonly Output[]> {
  const [lowest, ...others] = levels;
  if (lowest === undefined) return [];
  const names = await namesIn(folderOf(lowest));
  for (const level of others) {
    const found = await namesIn(folderOf(level));
    if (found.join("/") === names.join("/")) continue;
    throw new MgoError(
      `GOAMD64=${lowest} and GOAMD64=${level} do not build the same: ${names.join(", ") || "nothing"} and ${found.join(", ") || "nothing"}`,
      { hint: "build tags such as amd64.v3 must leave every level the same programs" },
    );
  }
  return await Promise.all(
    names.map(async (name) => {
      const { info } = await readVariant({ path: join(folderOf(lowest), name) });
      const path = join(target, name);
      return { importPath: info.path, name, shown: path, path };
    }),
  );
}

/** Sorted. What this run's `go` has not looked at is of an older version. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name));
    if (found.isFile() && found.mtimeMs !== UNCONFIRMED) names.push(name);
  }
  return names.toSorted();
}
