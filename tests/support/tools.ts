/** The Go programs that tests/tools/build has built: GoReleaser, nfpm, ko, crane, actionlint, go-cacher. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const sources = join(import.meta.dir, "..", "tools");

/** Returns the folder that tests/tools/build fills with the versions that go.mod and go.sum pin now. */
function toolsFolder(): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const name of ["go.mod", "go.sum"]) hash.update(readFileSync(join(sources, name)));
  const tools =
    process.env.MGO_TOOLS || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mgo-tools");
  return join(tools, hash.digest("hex").slice(0, 16));
}

/**
 * The folder of these programs, for a PATH.
 *
 * @returns undefined where one of them was not built: tests are skipped then
 */
export function findTools(...names: readonly string[]): string | undefined {
  const folder = toolsFolder();
  return names.every((name) => existsSync(join(folder, name))) ? folder : undefined;
}
