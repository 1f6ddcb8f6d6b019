/**
 * Names that are not UTF-8. Linux allows them, but Bun gives arguments and paths as text, with U+FFFD in place
 * of what it cannot read: mgo would write to another name than it was given, and says so instead.
 */
import { isUtf8 } from "node:buffer";
import { readFileSync, readlinkSync } from "node:fs";
import { MgoError } from "./error.ts";

const REPLACEMENT = "\uFFFD";

/** @throws MgoError if an argument is not UTF-8 */
export function checkArguments(args: readonly string[]): void {
  const changed = args.find((arg) => arg.includes(REPLACEMENT));
  if (changed === undefined || isReally(() => readFileSync("/proc/self/cmdline"))) return;
  throw new MgoError(`the argument ${JSON.stringify(changed)} is not UTF-8, which mgo needs`, { status: 2 });
}

/** @throws MgoError if the path of the working directory is not UTF-8 */
export function checkFolder(folder: string): void {
  if (!folder.includes(REPLACEMENT)) return;
  if (isReally(() => readlinkSync("/proc/self/cwd", { encoding: "buffer" }))) return;
  throw new MgoError(`the path of the working directory, ${folder}, is not UTF-8, which mgo needs`);
}

/** Whether the text had U+FFFD in it from the start. Where the bytes cannot be had, it is believed. */
function isReally(read: () => Uint8Array): boolean {
  try {
    return isUtf8(read());
  } catch {
    return true;
  }
}
