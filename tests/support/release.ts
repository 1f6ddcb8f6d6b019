/** A download of mgo as a release has it: NAME.tar.gz, with NAME/mgo in it. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MGO, makeWorkspace, run, writeFiles } from "./workspace.ts";

export interface Download {
  readonly file: string;
  /** In hexadecimal digits, as `sha256sum` prints it. */
  readonly sha256: string;
}

/**
 * Packs this checkout's mgo.
 *
 * @param folder where the download lands
 * @param name without .tar.gz
 */
export function packMgo(folder: string, name: string): Download {
  const work = makeWorkspace();
  const quoted = MGO.map((word) => `'${word}'`).join(" ");
  writeFiles(work.folder, { [`${name}/mgo`]: `#!/bin/sh\nexec ${quoted} "$@"\n` });
  const file = join(folder, `${name}.tar.gz`);
  const packed = run(work, ["tar", "-czf", file, name]);
  if (packed.status !== 0) throw new Error(packed.stderr);
  return { file, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}
