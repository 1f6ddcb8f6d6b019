/** Pages that readers can find. */
import { dirname, join } from "node:path/posix";
import type { Rule } from "./source.ts";

const INDEXES = ["README.md", "docs/README.md", "docs/decisions/README.md"];

/** README or an index of docs links each page of docs. */
export const pageLink: Rule = (sources) => {
  const linked = new Set(
    sources
      .filter(({ path }) => INDEXES.includes(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/\]\(([^)#]+)/g)].map(([, target = ""]) => join(dirname(path), target)),
      ),
  );
  return sources
    .filter(({ path }) => /^docs\/.+\.md$/.test(path) && !INDEXES.includes(path) && !linked.has(path))
    .map(({ path }) => ({ rule: "page-link", path, message: `no link from ${INDEXES.join(" or ")}` }));
};
