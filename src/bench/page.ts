/** The page of `mgo bench --html`. */
import type { Level } from "../levels/level.ts";
import { type Bar, type BarRow, barsKey, renderBars, scaleOf } from "../page/bars.ts";
import {
  escapeHtml,
  escapeName,
  facts,
  renderPage,
  section,
  type TableCell,
  table,
} from "../page/document.ts";
import { sizesSections } from "../page/sizes.ts";
import { formatDelta } from "../system/figures.ts";
import { BENCHSTAT_VERSION } from "./benchstat.ts";
import type { Cell, Comparison, Row } from "./comparison.ts";
import { type BenchReport, type Compared, describeIncomplete } from "./report.ts";
import { commonSuffix, formatMean } from "./table.ts";
import { formatChance, formatFigure, formatSpread } from "./units.ts";

/**
 * @param compared that of the report: there is no page without statistics
 * @param version mgo's
 */
export function renderBenchPage(report: BenchReport, compared: Compared, version: string): string {
  const { conclusion, time, others } = compared;
  const { headline, levels, advice, doubts } = conclusion;
  const lines = levels.map((line) => `<li>${escapeHtml(line)}</li>`);
  return renderPage({
    title: `${report.levels.join(", ")} compared: ${report.command}`,
    parts: [
      `<h1>Is it worth it? ${report.levels.join(", ")} compared</h1>`,
      `<p><code>${escapeHtml(report.command)}</code></p>`,
      `<div class="verdict${conclusion.gains === true ? " gain" : ""}">
${doubts.map((line) => `<p>${escapeHtml(line)}</p>\n`).join("")}<p>${escapeHtml(headline)}</p>${
        lines.length === 0
          ? ""
          : `
<ul>${lines.join("")}</ul>`
      }${
        advice === undefined
          ? ""
          : `
<p>${escapeHtml(advice)}</p>`
      }
</div>`,
      facts([
        ["CPU", report.machine.cpu],
        ["CPUs", String(report.machine.cpus)],
        ["kernel", report.machine.kernel],
        ["Go", report.goVersion],
        ["rounds", String(report.rounds)],
      ]),
      ...incomplete(report),
      section(`Time compared with ${time.base}`, ...charts(compared)),
      section(
        "All figures",
        figures(time),
        ...others.map((other) => `<h3>${escapeHtml(other.unit)}</h3>\n${figures(other)}`),
      ),
      ...(report.sizes === undefined ? [] : sizesSections(report.sizes)),
      footnote(version),
    ],
  });
}

function footnote(version: string): string {
  const sentences = [
    "Medians with their 95 % confidence intervals. p is the probability of such samples without a real",
    "difference (Mann-Whitney U test); below 0.05 a benchmark counts as different. One benchmark in twenty",
    "does so by chance, so a level counts as different only if one of its benchmarks still does after Holm's",
    `correction. Statistics by benchstat ${BENCHSTAT_VERSION}, page by mgo ${escapeHtml(version)}.`,
  ];
  return `<p class="quiet">${sentences.join(" ")}</p>`;
}

function incomplete({ incomplete: list }: BenchReport): readonly string[] {
  if (list.length === 0) return [];
  const items = list.map((found) => `<li>${escapeHtml(describeIncomplete(found))}</li>`);
  return [section("Not compared", `<ul>${items.join("")}</ul>`)];
}

function charts({ time, verdict }: Compared): readonly string[] {
  const { base, levels, rows, geomean, unit } = time;
  const others = levels.filter((level) => level !== base);
  const suffix = commonSuffix(time);
  const all = rows.map((row) => ({ pkg: row.pkg, row: barRow(row, others, base, unit, suffix) }));
  const mean: Bar[] = others.flatMap((level) => {
    const found = geomean.get(level);
    if (found === undefined) return [];
    const kind = verdict.levels.find((known) => known.level === level)?.kind;
    const isSignificant = kind === "faster" || kind === "slower";
    return [{ level, delta: found.delta, isSignificant, figure: formatMean(time, level) }];
  });
  const bars = [...mean, ...all.flatMap(({ row }) => row.bars)];
  const scale = scaleOf(bars);
  const parts = [
    barsKey(
      others,
      base,
      bars.some(({ delta }) => delta > scale.high),
    ),
  ];
  if (mean.length > 0 && rows.length > 1) {
    const detail = `of ${rows.length} benchmarks`;
    parts.push("<h3>Geometric mean</h3>", renderBars([{ name: "geomean", detail, bars: mean }], scale));
  }
  for (const pkg of new Set(all.map((known) => known.pkg))) {
    if (pkg !== "") parts.push(`<h3>${escapeName(pkg)}</h3>`);
    parts.push(
      renderBars(
        all.filter((known) => known.pkg === pkg).map(({ row }) => row),
        scale,
      ),
    );
  }
  return parts;
}

function barRow(
  { name, cells }: Row,
  others: readonly Level[],
  base: Level,
  unit: string,
  suffix: string,
): BarRow {
  const own = cells.get(base);
  return {
    name: name.slice(0, name.length - suffix.length),
    detail: own === undefined ? "" : `${base}: ${formatFigure(own.median, unit)} ${formatSpread(own.spread)}`,
    bars: others.flatMap((level) => {
      const cell = cells.get(level);
      if (cell === undefined) return [];
      const { delta, isSignificant, p } = cell;
      const chance = p === undefined ? "" : formatChance(p);
      return [
        {
          level,
          delta,
          isSignificant,
          figure: `${isSignificant ? formatDelta(delta) : "~"} ${chance}`.trim(),
        },
      ];
    }),
  };
}

function figures(comparison: Comparison): string {
  const { base, levels, rows, unit, geomean } = comparison;
  const suffix = commonSuffix(comparison);
  const head: TableCell[][] = [
    [{ text: "" }, ...levels.map((level) => (level === base ? { text: level } : { text: level, span: 3 }))],
    [
      { text: "" },
      ...levels
        .flatMap((level) => (level === base ? [unit] : [unit, `vs ${base}`, "p"]))
        .map((text) => ({ text })),
    ],
  ];
  const body: TableCell[][] = [];
  let pkg = "";
  const width = head[1]?.length ?? 1;
  for (const row of rows) {
    if (row.pkg !== pkg) body.push([{ text: row.pkg, span: width }]);
    pkg = row.pkg;
    const name = row.name.slice(0, row.name.length - suffix.length);
    body.push([
      { text: name },
      ...levels.flatMap((level) => cellsOf(row.cells.get(level), level === base, unit)),
    ]);
  }
  if (geomean.size > 0 && rows.length > 1) {
    const means = levels.flatMap((level): TableCell[] => {
      const mean = geomean.get(level);
      const text = mean === undefined ? "" : formatFigure(mean.median, unit);
      if (level === base) return [{ text, kind: "mean" }];
      return [{ text, kind: "mean" }, { text: formatMean(comparison, level), kind: "mean" }, { text: "" }];
    });
    body.push([{ text: "geomean", kind: "mean" }, ...means]);
  }
  return table(`${unit} of all benchmarks at all levels`, head, body);
}

function cellsOf(cell: Cell | undefined, isBase: boolean, unit: string): readonly TableCell[] {
  const empty = { text: "" };
  if (cell === undefined) return isBase ? [empty] : [empty, empty, empty];
  const figure = { text: `${formatFigure(cell.median, unit)} ${formatSpread(cell.spread)}` };
  if (isBase) return [figure];
  const kind = cell.isSignificant ? (cell.delta < 0 ? "better" : "worse") : "same";
  return [
    figure,
    { text: cell.isSignificant ? formatDelta(cell.delta) : "~", kind },
    { text: cell.p === undefined ? "" : formatChance(cell.p).replace(/^p=?/, "") },
  ];
}
