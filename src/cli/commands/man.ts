/** `mgo man`: the man page's source. */

import { MgoError } from "../../system/error.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments } from "../arguments.ts";
import { manPage } from "../man.ts";
import { MAN } from "../reference/commands/man.ts";

export function run(args: readonly string[]): number {
  const { files } = parseArguments(MAN, args);
  if (files.length > 0)
    throw new MgoError(`man takes no arguments, and was given ${files[0]}`, { status: 2 });
  writeStdout(manPage());
  return 0;
}
