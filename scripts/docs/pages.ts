/** The pages, and parts of pages, that are written by `npm run docs`. */
import { renderReference } from "./reference.ts";

/** Returns the text of each, by its path. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([["docs/reference.md", renderReference()]]);
}
