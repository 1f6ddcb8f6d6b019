/** How a bundle stores and starts its variants, as `-mgo.layout` and `mgo pack --layout` spell it. */
import type { LAYOUT } from "./format.ts";

export type Layout = keyof typeof LAYOUT;

/** The default first. */
export const LAYOUTS = ["packed", "direct"] as const satisfies readonly Layout[];
