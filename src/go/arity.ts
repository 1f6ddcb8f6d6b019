/**
 * Flags that this Go has and mgo's table has not, as a newer Go may.
 */
import { type Context, run } from "../system/process.ts";
import { findGo } from "./env.ts";
import type { Arity } from "./flags.ts";

/**
 * Asks a command of Go about a flag: alone at the end of a command line, one that takes a value is missed its value, and one
 * that is boolean is content. With -n nothing is built.
 *
 * @returns undefined when Go does not know the flag either
 */
export async function findArity(
  name: string,
  command: string,
  args: readonly string[],
  context: Context,
): Promise<Arity | undefined> {
  const chdir = args.slice(0, chdirLength(args));
  const result = await run([findGo(context), command, ...chdir, "-n", `-${name}`], context);
  if (result.status === 0) return "bool";
  if (result.stderr.includes(`flag needs an argument: -${name}\n`)) return "value";
  return result.stderr.includes(`flag provided but not defined: -${name}\n`) ? undefined : "bool";
}

/** How many arguments the -C takes that Go wants in front of all others: 0, 1 or 2. */
export function chdirLength(args: readonly string[]): number {
  const first = args[0] ?? "";
  if (first === "-C" || first === "--C") return Math.min(2, args.length);
  return /^--?C=/.test(first) ? 1 : 0;
}
