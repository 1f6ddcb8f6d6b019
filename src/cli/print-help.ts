/** Prints help; what lays it out is loaded only then. */
import { writeStdout } from "../system/streams.ts";
import type { CommandEntry } from "./reference/types.ts";

/** @param command the command to print the help of; without one, that of all mgo */
export async function printHelp(command?: CommandEntry): Promise<number> {
  const { formatCommandHelp, formatHelp } = await import("./help.ts");
  writeStdout(command === undefined ? formatHelp() : formatCommandHelp(command));
  return 0;
}
