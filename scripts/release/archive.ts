/**
 * Archives that are the same bytes wherever they are made: without times, owners and order of this machine,
 * and compressed by JavaScript. The output of zlib depends on the CPU and on the runtime that it is part of.
 */
import { gzipSync } from "fflate";
import { packTar } from "modern-tar";

export interface Entry {
  /** Path in the archive. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly executable?: boolean;
}

/** The time that npm gives all files of packages. */
const TIME = new Date("1985-10-26T08:15:00Z");

/** Returns a .tar.gz of these files. */
export async function packArchive(entries: readonly Entry[]): Promise<Uint8Array> {
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const tar = await packTar(
    sorted.map(({ name, bytes, executable }) => ({
      header: {
        name,
        size: bytes.length,
        type: "file",
        mode: executable === true ? 0o755 : 0o644,
        uid: 0,
        gid: 0,
        mtime: TIME,
      },
      body: bytes,
    })),
  );
  // 0 leaves the time out of gzip's header.
  return gzipSync(tar, { level: 6, mtime: 0 });
}
