/** Reads the CSV that benchstat prints. */
import type { Level } from "../levels/level.ts";

/** A benchmark at one level. */
export interface Cell {
  /** The median, in the unit of the comparison. */
  readonly median: number;
  /** Half of the 95 % confidence interval, relative to the median; undefined with too few samples. */
  readonly spread: number | undefined;
  /** The change relative to the base: -0.2 is 20 % less, Infinity any from zero. 0 for the base. */
  readonly delta: number;
  /** Whether p is below 0.05 in the Mann-Whitney U test. */
  readonly isSignificant: boolean;
  /** The probability of such samples without a real difference; undefined for the base itself. */
  readonly p: number | undefined;
}

export interface Row {
  /** The import path; empty if there is none. */
  readonly pkg: string;
  /** The name without `Benchmark`. */
  readonly name: string;
  /** A cell for each level. */
  readonly cells: ReadonlyMap<Level, Cell>;
}

export interface Comparison {
  /** `sec/op`, `B/op`, … */
  readonly unit: string;
  readonly base: Level;
  /** The base first. */
  readonly levels: readonly Level[];
  readonly rows: readonly Row[];
  /** Geometric means over all rows, compared with the base's; empty if a row has zeros. */
  readonly geomean: ReadonlyMap<Level, Pick<Cell, "median" | "delta">>;
}

/**
 * Reads the output of `benchstat -format csv -table '' -row pkg,.fullname`: for each unit a table with the
 * head `,v1,,v2,,,,v3` over `,sec/op,CI,sec/op,CI,vs base,P,…`, a row for each benchmark, and a last row of
 * means.
 *
 * @param levels in the order in which benchstat got them, the base first
 * @throws Error if it is anything else
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
    // Names of benchmarks have no blanks; without a package, the name stands alone.
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
    // "?" is a significant change from zero, which no percentage tells.
    isSignificant: !isBase && /^[+?-]/.test(versus ?? ""),
    p: chance === undefined ? undefined : Number(chance),
  };
}

function ratioTo(number: number, base: number): number {
  if (number === base) return 0;
  return number / base - 1;
}

/** Splits a line of CSV (RFC 4180): fields with commas or quotes are quoted, and quotes in them doubled. */
function splitLine(line: string): readonly string[] {
  const fields = line.matchAll(/(?<=^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...fields].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "");
}
