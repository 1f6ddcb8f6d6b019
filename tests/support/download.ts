/**
 * A download of mgo as a release has it: NAME.tar.gz, with NAME/mgo in it. MGO_RELEASE names the folder of a
 * real one, which `npm run release` makes; else a script that starts this checkout's mgo stands for it.
 */
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expectSuccess } from "./run.ts";
import { MGO_SCRIPT, makeWorkspace, run } from "./workspace.ts";

export interface Download {
  readonly file: string;
  /** In hexadecimal digits, as `sha256sum` prints it. */
  readonly sha256: string;
}

/**
 * Makes a download.
 *
 * @param folder where it lands
 * @param name without .tar.gz
 */
export function packMgo(folder: string, name: string): Download {
  const file = join(folder, `${name}.tar.gz`);
  const { MGO_RELEASE: release } = process.env;
  if (release !== undefined) {
    copyFileSync(join(release, `${name}.tar.gz`), file);
  } else {
    const work = makeWorkspace({ [`${name}/mgo`]: MGO_SCRIPT });
    expectSuccess(run(work, ["tar", "-czf", file, name]));
  }
  return { file, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}
