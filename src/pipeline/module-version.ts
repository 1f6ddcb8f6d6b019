/** The programs of `go install package@version`, which only the finished build shows. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readVariant } from "../bundle/variant.ts";
import { assignment, type Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import type { Output } from "./target.ts";
import { levelFolder, UNCONFIRMED } from "./variant-cache.ts";

/**
 * Finds the programs in the folders of levels that are built.
 *
 * @param built holds a folder of executables for each level
 * @param target where their bundles go
 * @throws MgoError if the levels have built different programs
 */
export async function findModulePrograms(
  levels: readonly Level[],
  built: string,
  target: string,
): Promise<readonly Output[]> {
  const [lowest, ...others] = levels;
  if (lowest === undefined) return [];
  const names = await namesIn(levelFolder(built, lowest));
  for (const level of others) {
    const found = await namesIn(levelFolder(built, level));
    if (found.join("/") === names.join("/")) continue;
    const [expected, other] = [names, found].map((list) => list.join(", ") || "nothing");
    throw new MgoError(
      `${assignment(lowest)} and ${assignment(level)} do not build the same: ${expected} and ${other}`,
      { hint: "build tags such as amd64.v3 must leave every level the same programs" },
    );
  }
  return await Promise.all(
    names.map(async (name) => {
      const { info } = await readVariant({ path: join(levelFolder(built, lowest), name) });
      const path = join(target, name);
      return { importPath: info.path, name, shown: path, path };
    }),
  );
}

/** Names of executables, sorted. One that this run's `go` has not looked at is of an older version. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name));
    if (found.isFile() && found.mtimeMs !== UNCONFIRMED) names.push(name);
  }
  return names.toSorted();
}
