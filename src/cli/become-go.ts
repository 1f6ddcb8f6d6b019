/** Handing a command line on to `go`. */
import { endGuard } from "../system/guard.ts";
import { become, type Environment } from "../system/process.ts";
import { flushStreams } from "../system/streams.ts";

/** Becomes `go`, once nothing of mgo's own is left to do. */
export async function becomeGo(command: readonly [string, ...string[]], env: Environment): Promise<never> {
  await flushStreams();
  // Or it would be a child of go's that nobody waits for.
  await endGuard();
  become(command, env);
}
