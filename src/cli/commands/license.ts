/** `mgo license`: prints the notice of the launcher, with which bundles must be published. */
import zstd from "../../../engine/zstd/LICENSE" with { type: "text" };
import mgo from "../../../LICENSE" with { type: "text" };
import { MgoError } from "../../system/error.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments } from "../arguments.ts";
import { LICENSE } from "../reference/commands/license.ts";

const RULE = `\n${"-".repeat(78)}\n\n`;

export function run(args: readonly string[]): number {
  const { files } = parseArguments(LICENSE, args);
  if (files.length > 0) throw new MgoError(`license: unexpected argument ${files[0]}`, { status: 2 });
  writeStdout(
    `Executables that mgo has made contain mgo's launcher:\n\n${mgo}${RULE}` +
      `Parts of zstd are in the launcher:\n\n${zstd}`,
  );
  return 0;
}
