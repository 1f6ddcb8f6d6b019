/** Comparisons as text, in lines of at most 80 columns. */
import stringWidth from "string-width";
import type { Level } from "../levels/level.ts";
import { formatDelta } from "../system/figures.ts";
import { COLUMNS, formatTable } from "../system/text.ts";
import type { Cell, Comparison, Row } from "./comparison.ts";
import { formatChance, formatFigure, formatSpread } from "./units.ts";
import { HIDDEN_MAX, intervalOf } from "./verdict.ts";

const INDENT = "  ";

/** A row for each benchmark, by package: the base's median, and the other levels' changes. */
export function renderTable(comparison: Comparison): readonly string[] {
  const { base, levels, unit, rows, geomean } = comparison;
  const others = levels.filter((level) => level !== base);
  const suffix = commonSuffix(comparison);
  const means = geomean.size === 0 || rows.length < 2 ? [] : [meanOf(comparison, others)];
  const cells = [
    [`${base} ${unit}`, ...others],
    ...rows.map((row) => cellsOf(row, base, others, unit)),
    ...means,
  ];
  const figures = formatTable(cells, "r");
  const names = ["", ...rows.map(({ name }) => name.slice(0, name.length - suffix.length)), "geomean"];

  // A name that is too long for this stands on a line of its own.
  const room = COLUMNS - INDENT.length - Math.max(...figures.map((line) => line.length));
  const column = Math.max(...names.map((name) => stringWidth(name)).filter((width) => width <= room));
  let pkg = "";
  return figures.flatMap((line, index) => {
    const name = names[index] ?? "";
    const width = stringWidth(name);
    const found = rows[index - 1]?.pkg ?? pkg;
    const heading = found === pkg ? [] : [found];
    pkg = found;
    if (width > room) return [...heading, INDENT + name, INDENT + " ".repeat(column) + line];
    return [...heading, INDENT + name + " ".repeat(column - width) + line];
  });
}

/** The `-2` that Go appends to every name where GOMAXPROCS is 2. */
export function commonSuffix({ rows }: Comparison): string {
  const suffix = /-\d+$/.exec(rows[0]?.name ?? "")?.[0] ?? "";
  return rows.every(({ name }) => name.endsWith(suffix)) ? suffix : "";
}

function cellsOf({ cells }: Row, base: Level, others: readonly Level[], unit: string): readonly string[] {
  const first = cells.get(base);
  const figure =
    first === undefined ? "" : `${formatFigure(first.median, unit)} ${formatSpread(first.spread)}`;
  return [figure, ...others.map((level) => formatCell(cells.get(level)))];
}

/** `~` stands for no significant difference, as in benchstat. */
function formatCell(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  const delta = cell.isSignificant ? formatDelta(cell.delta) : "~";
  return cell.p === undefined ? delta : alignDelta(`${delta} ${formatChance(cell.p)}`);
}

function meanOf(comparison: Comparison, others: readonly Level[]): readonly string[] {
  const { geomean, base, unit } = comparison;
  const first = geomean.get(base);
  return [
    first === undefined ? "" : formatFigure(first.median, unit),
    ...others.map((level) => alignDelta(formatMean(comparison, level))),
  ];
}

/** The geometric mean's change, and half of its confidence interval if that may hide a gain: `-1.9% ±8%`. */
export function formatMean(comparison: Comparison, level: Level): string {
  const mean = comparison.geomean.get(level);
  if (mean === undefined) return "";
  const delta = formatDelta(mean.delta);
  const interval = intervalOf(comparison, level);
  const half = interval === undefined ? undefined : (interval.high - interval.low) / 2;
  return half !== undefined && half <= HIDDEN_MAX ? delta : `${delta} ${formatSpread(half)}`;
}

/** Aligns a change in front of what follows it. */
function alignDelta(text: string): string {
  return text.replace(/^\S+/, (delta) => delta.padStart(6));
}
