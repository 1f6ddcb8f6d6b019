/**
 * Archives that are the same bytes wherever they are made: no times, owners or order of this machine's, and compressed
 * by JavaScript. zlib's own output depends on the CPU and on the runtime that it is part of.
 */
import { gzipSync } from "fflate";
import { packTar } from "modern-tar";

export interface Entry {
  /** Path in the archive. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly executable?: boolean;
}

/** What npm gives files in packages, and nobody takes for a real date: 1985-10-26, after the zero that zip files know. */
const TIME = new Date("1985-10-26T08:15:00Z");

/** A .tar.gz of these files. */
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
  // The header of gzip has a time as well; 0 is none.
  return gzipSync(tar, { level: 6, mtime: 0 });
}
