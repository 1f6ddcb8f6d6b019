/** The pages, and parts of pages, that `npm run docs` writes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderChart } from "../bench/chart.ts";
import { root } from "../script.ts";
import { fillFigures, readReport, shorten } from "./figures.ts";
import { renderReference } from "./reference.ts";

/** Pages with blocks of figures. */
const WITH_FIGURES = ["README.md", "docs/comparison.md", "docs/figures.md"];

/** Returns the text of each file, by its path. */
export function generatedPages(): ReadonlyMap<string, string> {
  const report = readReport();
  return new Map([
    ["docs/reference.md", renderReference()],
    ["docs/bench.svg", renderChart(shorten(report))],
    ...WITH_FIGURES.map((path): [string, string] => [
      path,
      fillFigures(readFileSync(join(root, path), "utf8"), report),
    ]),
  ]);
}
