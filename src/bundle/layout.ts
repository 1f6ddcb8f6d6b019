/** How a bundle stores and starts its variants. */

import type { CHOICE, LAYOUT } from "../engine/format.ts";
import { MgoError } from "../system/error.ts";

export type Layout = keyof typeof LAYOUT;

/** As `-mgo.layout` and `mgo pack --layout` spell them, the default first. */
export const LAYOUTS = ["packed", "direct"] as const satisfies readonly Layout[];

/** Which variant a start chooses where nobody asks for one: the best for the CPU, or the base if the CPU can run it. */
export type Choice = keyof typeof CHOICE;

/** As `-mgo.start` and `mgo pack --start` spell them, the default first. */
export const CHOICES = ["best", "base"] as const satisfies readonly Choice[];

/**
 * @param flag how the choice's flag is written, for the message
 * @throws MgoError if the layout has no base to prefer
 */
export function checkChoice(flag: string, layout: Layout, choice: Choice): void {
  if (choice === "best" || layout === "direct") return;
  const message = `${flag}=${choice} goes with the layout direct: a ${layout} bundle has no variant in place`;
  throw new MgoError(message, { status: 2 });
}
