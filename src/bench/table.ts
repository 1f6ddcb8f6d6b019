/** Comparisons as text, in lines of at most 80 columns. */
import type { Level } from "../levels/level.ts";
import type { Cell, Comparison, Row } from "./comparison.ts";
import { formatChance, formatDelta, formatFigure, formatSpread } from "./units.ts";

const WIDTH = 80;
const INDENT = "  ";
const GAP = "  ";

/** Rows by package, each a benchmark: the base's median, and what each other level takes more or less. */
export function renderTable(comparison: Comparison): string {
  const { base, levels, unit } = comparison;
  const others = levels.filter((level) => level !== base);
  const suffix = commonSuffix(comparison);
  const rows = comparison.rows.map((row) => ({
    name: row.name.slice(0, row.name.length - suffix.length),
    pkg: row.pkg,
    cells: cellsOf(row, base, others, unit),
  }));
  const mean = comparison.geomean.size === 0 || rows.length < 2 ? [] : [meanOf(comparison, others)];
  const head = [`${base} ${unit}`, ...others];
  const all = [head, ...rows.map(({ cells }) => cells), ...mean];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const figures = (cells: readonly string[]): string =>
    cells
      .map(
        (cell, column) =>
          GAP + (column === 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[column] ?? 0)),
      )
      .join("")
      .trimEnd();
  const room = WIDTH - INDENT.length - widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const names = ["geomean", ...rows.map(({ name }) => name)].filter((name) => name.length <= room);
  const column = Math.max(...names.map((name) => name.length), 0);
  const line = (name: string, cells: readonly string[]): readonly string[] =>
    name.length <= room
      ? [INDENT + name.padEnd(column) + figures(cells)]
      : // A long name has a line of its own.
        [INDENT + name, INDENT + "".padEnd(column) + figures(cells)];
  const lines = [...line("", head)];
  let pkg = "";
  for (const row of rows) {
    if (row.pkg !== pkg) lines.push(row.pkg);
    pkg = row.pkg;
    lines.push(...line(row.name, row.cells));
  }
  for (const cells of mean) lines.push(...line("geomean", cells));
  return `${lines.join("\n")}\n`;
}

/** The `-2` that Go puts behind every name where GOMAXPROCS is 2. */
export function commonSuffix({ rows }: Comparison): string {
  const suffix = /-\d+$/.exec(rows[0]?.name ?? "")?.[0] ?? "";
  return rows.every(({ name }) => name.endsWith(suffix)) ? suffix : "";
}

function cellsOf({ cells }: Row, base: Level, others: readonly Level[], unit: string): readonly string[] {
  const own = cells.get(base);
  const first = own === undefined ? "" : `${formatFigure(own.median, unit)} ${formatSpread(own.spread)}`;
  return [first, ...others.map((level) => formatCell(cells.get(level)))];
}

/** `~` stands for no significant difference, as benchstat has it. */
function formatCell(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  const delta = cell.isSignificant ? formatDelta(cell.delta) : "~";
  return cell.p === undefined ? delta : `${delta.padStart(6)} ${formatChance(cell.p)}`;
}

function meanOf({ geomean, base, unit }: Comparison, others: readonly Level[]): readonly string[] {
  const own = geomean.get(base);
  return [
    own === undefined ? "" : formatFigure(own.median, unit),
    ...others.map((level) => {
      const mean = geomean.get(level);
      return mean === undefined ? "" : formatDelta(mean.delta).padStart(6);
    }),
  ];
}
