/** `mgo man`: prints the source of the man page. */
import { MgoError } from "../../system/error.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments } from "../arguments.ts";
import { manPage } from "../man.ts";
import { MAN } from "../reference/commands/man.ts";

export function run(args: readonly string[]): number {
  const { files } = parseArguments(MAN, args);
  if (files.length > 0) throw new MgoError(`man: unexpected argument ${files[0]}`, { status: 2 });
  writeStdout(manPage());
  return 0;
}
