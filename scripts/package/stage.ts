/** The files of packages beside the program: made from the reference, or copied from the checkout. */
import { chmod, mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "fflate";
import { SCRIPTS } from "../../src/cli/completion/scripts.ts";
import { manPage } from "../../src/cli/man.ts";
import { readText } from "../release/licenses.ts";
import { bundledPackages } from "./bundled.ts";
import { debianCopyright, RUNTIME, thirdParties } from "./copyright.ts";
import { installedPages } from "./pages.ts";

export interface Release {
  readonly version: string;
  /** Name and address of who makes the packages. */
  readonly maintainer: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Fills a folder, which it empties first, with the files that packaging/nfpm.yaml names. */
export async function stage(folder: string, release: Release): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const put = async (path: string, contents: string | Uint8Array): Promise<void> => {
    const file = join(folder, path);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, contents);
  };
  await put("mgo.1.gz", pack(manPage()));
  for (const [shell, script] of Object.entries(SCRIPTS)) await put(`completions/mgo.${shell}`, script);

  const [mgo, zstd] = [await readText("LICENSE"), await readText("engine/zstd/LICENSE")];
  const notices = await bundledPackages();
  await put("copyright", debianCopyright(mgo, zstd, notices));
  await put("licenses/LICENSE", mgo);
  await put("licenses/THIRD-PARTY", thirdParties(zstd, notices, RUNTIME));

  for (const [path, text] of await installedPages()) await put(`doc/${path}`, text);
  const changelog = await readText("CHANGELOG.md");
  await put("CHANGELOG.md", changelog);
  // Debian wants it compressed, and its own beside it.
  await put("changelog.gz", pack(changelog));
  await put("changelog.Debian.gz", pack(debianChangelog(release)));
  // nfpm sets the times of files but not of the folders of a tree, and the umask may be anything.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    await chmod(path, entry.isDirectory() ? 0o755 : 0o644);
    await utimes(path, release.time, release.time);
  }
}

/** Compresses by JavaScript, whose output is the same everywhere, and without a time. */
function pack(text: string): Uint8Array {
  return gzipSync(Buffer.from(text), { level: 9, mtime: 0 });
}

/** Returns Debian's changelog, which is about the package: CHANGELOG.md is about mgo. */
function debianChangelog({ version, maintainer, time }: Release): string {
  const date = new Date(time * 1000).toUTCString().replace("GMT", "+0000");
  return [
    `mgo (${version}-1) unstable; urgency=medium`,
    `  * mgo ${version}: see CHANGELOG.md.`,
    ` -- ${maintainer}  ${date}\n`,
  ].join("\n\n");
}
