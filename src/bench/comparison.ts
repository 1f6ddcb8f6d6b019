/** What benchstat says, read from its CSV. */
import type { Level } from "../levels/level.ts";

/** One benchmark at one level. */
export interface Cell {
  /** The median, in the unit of the comparison. */
  readonly median: number;
  /** Half the width of the median's 95 % confidence interval, as part of it; undefined with too few samples. */
  readonly spread: number | undefined;
  /** How much more this is than the base, as part of that: -0.2 is 20 % less. 0 for the base itself. */
  readonly delta: number;
  /** Whether benchstat takes the difference for real: p below 0.05 in the Mann-Whitney U test. */
  readonly isSignificant: boolean;
  /** The chance of such samples if there were no difference; undefined for the base itself. */
  readonly p: number | undefined;
}

export interface Row {
  /** Empty where there is none. */
  readonly pkg: string;
  /** Without `Benchmark` in front. */
  readonly name: string;
  /** Of all levels. */
  readonly cells: ReadonlyMap<Level, Cell>;
}

export interface Comparison {
  /** `sec/op`, `B/op`, … */
  readonly unit: string;
  readonly base: Level;
  /** The base first. */
  readonly levels: readonly Level[];
  readonly rows: readonly Row[];
  /** Geometric means over all rows, compared with the base's; none where a row has zeros. */
  readonly geomean: ReadonlyMap<Level, Pick<Cell, "median" | "delta">>;
}

/**
 * Reads what `benchstat -format csv -table '' -row pkg,.fullname` prints: a table for each unit, its head
 * `,v1,,v2,,,,v3` over `,sec/op,CI,sec/op,CI,vs base,P,…`, a row for each benchmark, and a last one of means.
 *
 * @param levels as benchstat was given them, the base first
 * @throws Error if it is something else
 */
export function readComparisons(csv: string, levels: readonly Level[]): readonly Comparison[] {
  const [base] = levels;
  if (base === undefined) throw new Error("no levels");
  return csv
    .split("\n\n")
    .filter((table) => table.trim() !== "")
    .map((table) => readTable(table.trimEnd().split("\n").map(splitLine), base, levels));
}

function readTable(lines: readonly (readonly string[])[], base: Level, levels: readonly Level[]): Comparison {
  const head = lines.findIndex((line) => line[0] === "" && line[1] === base);
  const names = lines[head] ?? [];
  const unit = lines[head + 1]?.[1];
  if (head < 0 || unit === undefined) throw new Error("a table without a head");
  const columns = new Map(levels.map((level): [Level, number] => [level, columnOf(names, level)]));
  const rows: Row[] = [];
  const geomean = new Map<Level, Pick<Cell, "median" | "delta">>();
  for (const line of lines.slice(head + 2)) {
    const label = line[0] ?? "";
    const first = Number(line[columns.get(base) ?? 0]);
    if (label === "geomean") {
      for (const [level, column] of columns) {
        const text = line[column] ?? "";
        if (text !== "") geomean.set(level, { median: Number(text), delta: ratioTo(Number(text), first) });
      }
      continue;
    }
    const cells = new Map(
      levels.map((level): [Level, Cell] => [
        level,
        readCell(line, columns.get(level) ?? 0, level === base, first),
      ]),
    );
    // Names of benchmarks have no blanks in them; where there is no package, nothing stands in front.
    const blank = label.lastIndexOf(" ");
    rows.push({ pkg: label.slice(0, Math.max(blank, 0)).trim(), name: label.slice(blank + 1), cells });
  }
  return { unit, base, levels, rows, geomean };
}

function columnOf(names: readonly string[], level: Level): number {
  const column = names.indexOf(level);
  if (column < 0) throw new Error(`no column for ${level}`);
  return column;
}

function readCell(line: readonly string[], column: number, isBase: boolean, base: number): Cell {
  const [median, spread, versus, p] = line.slice(column, column + 4);
  const number = Number(median);
  if (median === undefined || median === "" || Number.isNaN(number)) throw new Error(`no figure: ${line}`);
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(spread ?? "")?.[1];
  const chance = /^p=(\d+(?:\.\d+)?)/.exec(isBase ? "" : (p ?? ""))?.[1];
  return {
    median: number,
    spread: percent === undefined ? undefined : Number(percent) / 100,
    delta: ratioTo(number, base),
    isSignificant: !isBase && /^[+-]/.test(versus ?? ""),
    p: chance === undefined ? undefined : Number(chance),
  };
}

function ratioTo(number: number, base: number): number {
  if (number === base) return 0;
  return number / base - 1;
}

/** One line of CSV (RFC 4180): what holds commas or quotes stands in quotes, quotes in it are doubled. */
function splitLine(line: string): readonly string[] {
  const fields = line.matchAll(/(?<=^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...fields].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "");
}
