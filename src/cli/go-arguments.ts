/** Arguments as Go's commands take them, with mgo's own flags among them. */

import { findArity } from "../go/find-arity.ts";
import { type Arity, arityOf } from "../go/flag-entry.ts";
import { flagsOf, type GoCommand } from "../go/flag-table.ts";
import { type Arguments, isMgoFlag, parseArguments } from "../go/flags.ts";
import { printReport } from "../pipeline/execute.ts";
import { mgoArity } from "../pipeline/flags.ts";
import { MgoError } from "../system/error.ts";
import { endGuard } from "../system/guard.ts";
import { become, type Context, type Environment, type RunResult } from "../system/process.ts";
import { flushStreams } from "../system/streams.ts";

/**
 * Reads the arguments of a command of Go's, asking Go about flags that mgo does not know.
 *
 * @throws MgoError for a flag of mgo's without its value
 */
export async function readGoArguments(
  command: GoCommand,
  args: readonly string[],
  context: Context,
): Promise<Arguments | "help" | "refused"> {
  const table = flagsOf(command);
  const found = new Map<string, Arity>();
  const find = (name: string): Arity | undefined => {
    const row = table.get(name);
    if (isMgoFlag(name)) return mgoArity(name);
    return row === undefined ? found.get(name) : arityOf(row);
  };
  for (;;) {
    const parsed = parseArguments(args, find);
    switch (parsed.kind) {
      case "arguments":
        return parsed;
      case "valueless":
        throw new MgoError(`-${parsed.name} needs a value, as in -${parsed.name}=VALUE`, { status: 2 });
      case "unknown": {
        const arity = await findArity(parsed.name, command, args, context);
        if (arity === undefined) return "refused";
        found.set(parsed.name, arity);
        break;
      }
      default:
        return parsed.kind;
    }
  }
}

/** Prints what Go said in place of an answer. */
export function forward({ stdout, stderr, status }: RunResult): number {
  return printReport({ stdout, stderr, status: status ?? 1 });
}

/** Becomes `go`, once nothing of mgo's own is left to do. */
export async function becomeGo(command: readonly [string, ...string[]], env: Environment): Promise<never> {
  await flushStreams();
  // Or it would be a child of go's that nobody waits for.
  await endGuard();
  become(command, env);
}
