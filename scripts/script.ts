/** Options, help and errors of all scripts, and their runner of programs. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { $ as zx } from "zx";

/** The checkout. */
export const root: string = dirname(import.meta.dirname);

// zx's spinner is for people: elsewhere it would fill logs.
zx.quiet = !process.stderr.isTTY;

/**
 * Runs a program in the checkout, with its messages on standard error.
 *
 * @returns its output, as a promise
 * @throws ProcessOutput unless it ends with status 0
 */
export const $ = zx({ cwd: root, stdio: ["ignore", "pipe", "inherit"] });

/**
 * Returns the files of the checkout, relative to it: those that git tracks, and new ones that it does not
 * ignore.
 */
export async function listFiles(): Promise<readonly string[]> {
  const { stdout } = await $`git ls-files -z --cached --others --exclude-standard`;
  return stdout.split("\0").filter((name) => name !== "" && existsSync(join(root, name)));
}

/** A command line that the script does not understand. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Arguments<T extends Options> = ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>>;

/**
 * Runs a script: with --help it prints the comment at the head of its file, else it calls `main` with the
 * options of its command line. A UsageError ends it with status 2, any other error with 1.
 *
 * @param path of the script
 * @param options as node:util's parseArgs takes them
 */
export async function runScript<const T extends Options>(
  path: string,
  options: T,
  main: (args: Arguments<T>) => Promise<void>,
): Promise<void> {
  const name = basename(path, ".ts");
  const args = process.argv.slice(2);
  if (args.includes("--help")) return printHelp(path);
  try {
    await main(parse(args, options));
  } catch (error) {
    process.stderr.write(`${name}: ${messageOf(error)}\n`);
    if (error instanceof UsageError) process.stderr.write(`hint: npm run ${name} -- --help\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

function parse<const T extends Options>(args: readonly string[], options: T): Arguments<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

/** Prints the comment that a script starts with, without its stars. */
export function printHelp(path: string): void {
  const comment = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  process.stdout.write(`${comment.replaceAll(/^ \* ?/gm, "")}\n`);
}

/** Returns what to print of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
