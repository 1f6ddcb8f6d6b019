/** How a bundle stores and starts its variants. */

import type { LAYOUT, START_POLICY } from "../engine/format.ts";
import { MgoError } from "../system/error.ts";

export type Layout = keyof typeof LAYOUT;

/** As `-mgo.layout` and `mgo pack --layout` spell them, the default first. */
export const LAYOUTS = ["packed", "direct"] as const satisfies readonly Layout[];

/**
 * The variant that starts if nobody asks for one: the best for the CPU, the base if the CPU can run it, or,
 * with `auto`, the base if the best changes nothing outside of Go's own runtime.
 */
export type StartPolicy = keyof typeof START_POLICY;

/** As `-mgo.start` and `mgo pack --start` spell them, the default first. */
export const START_POLICIES = ["auto", "best", "base"] as const satisfies readonly StartPolicy[];

/**
 * @param flag how the policy's flag is written, for the message
 * @throws MgoError if the layout has no base to prefer
 */
export function checkStartPolicy(flag: string, layout: Layout, policy: StartPolicy): void {
  if (policy !== "base" || layout === "direct") return;
  const message = `${flag}=${policy} goes with the layout direct: a ${layout} bundle has no variant in place`;
  throw new MgoError(message, { status: 2 });
}
