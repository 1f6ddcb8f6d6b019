/**
 * Every other command of `go`: mgo becomes `go`, so that it can stand wherever a tool lets its user name the
 * `go` to run.
 */
import { findGo } from "../../go/env.ts";
import { become, type Context } from "../../system/process.ts";
import { withSameArguments } from "../../system/utf8.ts";

/**
 * Hands the whole command line to `go`.
 *
 * @throws MgoError when there is no `go`
 */
export function run(args: readonly string[], context: Context): never {
  become(withSameArguments(findGo(context), args), context.env);
}
