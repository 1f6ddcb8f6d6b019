/**
 * Refuses names that are not UTF-8. Linux allows them, but Bun decodes arguments and paths, and puts U+FFFD
 * in place of invalid bytes: mgo would write to another name than it was given. Arguments that are only
 * handed on to Go reach it unchanged.
 */
import { isUtf8 } from "node:buffer";
import { readFileSync, readlinkSync } from "node:fs";
import { MgoError } from "./error.ts";

const REPLACEMENT = "\uFFFD";
const LINE_END = 0x0a;

/** @throws MgoError if an argument is not UTF-8 */
export function checkArguments(args: readonly string[]): void {
  const changed = args.find((arg) => arg.includes(REPLACEMENT));
  if (changed === undefined || isUnchanged(() => readFileSync("/proc/self/cmdline"))) return;
  throw new MgoError(`argument ${JSON.stringify(changed)}: not UTF-8`, { status: 2 });
}

/**
 * Returns a command that starts a program with the last of this process's arguments, byte for byte. Bun and
 * Node can only pass text, so a shell writes those that are not UTF-8.
 *
 * @param args these arguments, decoded
 */
export function withSameArguments(program: string, args: readonly string[]): readonly [string, ...string[]] {
  if (!args.some((arg) => arg.includes(REPLACEMENT))) return [program, ...args];
  const bytes = readArguments(args.length);
  if (bytes === undefined) return [program, ...args];
  const words = bytes.map((arg, index) => (isUtf8(arg) ? `"\${${index + 1}}"` : quoteBytes(arg)));
  return ["/bin/sh", "-c", `exec "$0" ${words.join(" ")}`, program, ...args];
}

/** Returns this process's last arguments; undefined without /proc. */
function readArguments(count: number): readonly Buffer[] | undefined {
  try {
    const all = readFileSync("/proc/self/cmdline", "latin1").split("\0");
    return all.slice(all.length - 1 - count, -1).map((arg) => Buffer.from(arg, "latin1"));
  } catch {
    return undefined;
  }
}

/**
 * Returns a shell word for these bytes. The shell strips trailing line feeds of the substitution: they follow
 * it.
 */
function quoteBytes(bytes: Buffer): string {
  const size = bytes.findLastIndex((byte) => byte !== LINE_END) + 1;
  const octal = Array.from(bytes.subarray(0, size), (byte) => `\\${byte.toString(8).padStart(3, "0")}`);
  return `"$(printf '${octal.join("")}')${"\n".repeat(bytes.length - size)}"`;
}

/** @throws MgoError if the path of the working directory is not UTF-8 */
export function checkFolder(folder: string): void {
  if (!folder.includes(REPLACEMENT)) return;
  if (isUnchanged(() => readlinkSync("/proc/self/cwd", { encoding: "buffer" }))) return;
  throw new MgoError(`working directory ${JSON.stringify(folder)}: its path is not UTF-8`);
}

/**
 * Tells whether text was decoded from UTF-8, U+FFFD and all. If its bytes cannot be read, it counts as such.
 */
function isUnchanged(read: () => Uint8Array): boolean {
  try {
    return isUtf8(read());
  } catch {
    return true;
  }
}
