/** Flags of a newer Go, which mgo's table lacks. */
import { type Context, run } from "../system/process.ts";
import { findGo } from "./env.ts";
import type { Arity } from "./flag-entry.ts";
import { chdirLength } from "./flags.ts";

/**
 * Asks a command of Go about a flag by writing it last: Go misses the value of one that takes any. With -n
 * nothing is built.
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
