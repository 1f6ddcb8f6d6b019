/** Pages that are made from data. */
import { generatedPages } from "../docs/pages.ts";
import type { Rule } from "./source.ts";

/** A page that `npm run docs` writes is as it would write it now. */
export const generatedPage: Rule = (sources) => {
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  return [...generatedPages()]
    .filter(([path, text]) => texts.get(path) !== text)
    .map(([path]) => ({ rule: "generated-page", path, message: "differs from its data: npm run docs" }));
};
