/** What goes into packages beside the program: made from the reference, or found in the checkout. */
import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "fflate";
import { SCRIPTS } from "../../src/cli/completion/scripts.ts";
import { manPage } from "../../src/cli/man.ts";
import { bundledPackages } from "./bundled.ts";
import { debianCopyright, RUNTIME, thirdParties } from "./copyright.ts";

export interface Release {
  readonly version: string;
  /** Name and address of who makes the packages. */
  readonly maintainer: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Fills a folder, which it empties first, with what packaging/nfpm.yaml takes from it. */
export async function stage(root: string, folder: string, release: Release): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const put = async (path: string, contents: string | Uint8Array): Promise<void> => {
    const file = join(folder, path);
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(file, contents);
  };
  const read = async (path: string): Promise<string> => await readFile(join(root, path), "utf8");

  await put("mgo.1.gz", pack(manPage()));
  for (const [shell, script] of Object.entries(SCRIPTS)) await put(`completions/mgo.${shell}`, script);

  const [mgo, zstd] = [await read("LICENSE"), await read("engine/zstd/LICENSE")];
  const notices = await bundledPackages(root);
  await put("copyright", debianCopyright(mgo, zstd, notices));
  await put("licenses/LICENSE", mgo);
  await put("licenses/THIRD-PARTY", thirdParties(zstd, notices, RUNTIME));

  // As in the checkout, so that links lead somewhere.
  for (const name of ["README.md", "SECURITY.md"]) await put(`doc/${name}`, await read(name));
  for (const name of await readdir(join(root, "docs"))) {
    await put(`doc/docs/${name}`, await read(join("docs", name)));
  }
  const changelog = await read("CHANGELOG.md");
  await put("CHANGELOG.md", changelog);
  // Debian wants it packed, and its own beside it.
  await put("changelog.gz", pack(changelog));
  await put("changelog.Debian.gz", pack(debianChangelog(release)));
  // nfpm gives files its own time, but not the folders of a tree; and the umask may be anything.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    await chmod(path, entry.isDirectory() ? 0o755 : 0o644);
    await utimes(path, release.time, release.time);
  }
}

/** By JavaScript, whose output is the same everywhere, and without a time. */
function pack(text: string): Uint8Array {
  return gzipSync(Buffer.from(text), { level: 9, mtime: 0 });
}

/** Debian's own, of the package: what is new in mgo is in CHANGELOG.md. */
function debianChangelog({ version, maintainer, time }: Release): string {
  const date = new Date(time * 1000).toUTCString().replace("GMT", "+0000");
  return `mgo (${version}-1) unstable; urgency=medium\n\n  * mgo ${version}: see CHANGELOG.md.\n\n -- ${maintainer}  ${date}\n`;
}
