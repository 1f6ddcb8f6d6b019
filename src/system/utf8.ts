/**
 * Names that are not UTF-8. Linux allows them, but Bun gives arguments and paths as text, with U+FFFD in place
 * of what it cannot read: mgo would write to another name than it was given, and says so instead. What mgo only hands
 * on reaches Go unchanged.
 */
import { isUtf8 } from "node:buffer";
import { readFileSync, readlinkSync } from "node:fs";
import { MgoError } from "./error.ts";

const REPLACEMENT = "\uFFFD";
const LINE_END = 0x0a;

/** @throws MgoError if an argument is not UTF-8 */
export function checkArguments(args: readonly string[]): void {
  const changed = args.find((arg) => arg.includes(REPLACEMENT));
  if (changed === undefined || isReally(() => readFileSync("/proc/self/cmdline"))) return;
  throw new MgoError(`the argument ${JSON.stringify(changed)} is not UTF-8, which mgo needs`, { status: 2 });
}

/**
 * Returns a command that starts a program with the last of this process's arguments, as the bytes that they are.
 * Bun and Node start programs with text only, so those that are not UTF-8 are written out by a shell.
 *
 * @param args the arguments as Bun gives them
 */
export function withSameArguments(program: string, args: readonly string[]): readonly [string, ...string[]] {
  if (!args.some((arg) => arg.includes(REPLACEMENT))) return [program, ...args];
  const bytes = readArguments(args.length);
  if (bytes === undefined) return [program, ...args];
  const words = bytes.map((arg, index) => (isUtf8(arg) ? `"\${${index + 1}}"` : printed(arg)));
  return ["/bin/sh", "-c", `exec "$0" ${words.join(" ")}`, program, ...args];
}

/** @returns the last arguments of this process; undefined where the system does not tell */
function readArguments(count: number): readonly Buffer[] | undefined {
  try {
    const all = readFileSync("/proc/self/cmdline", "latin1").split("\0");
    return all.slice(all.length - 1 - count, -1).map((arg) => Buffer.from(arg, "latin1"));
  } catch {
    return undefined;
  }
}

/** These bytes as a word of a shell's, which takes the line ends away that a command prints last. */
function printed(bytes: Buffer): string {
  const size = bytes.findLastIndex((byte) => byte !== LINE_END) + 1;
  const octal = Array.from(bytes.subarray(0, size), (byte) => `\\${byte.toString(8).padStart(3, "0")}`);
  return `"$(printf '${octal.join("")}')${"\n".repeat(bytes.length - size)}"`;
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
