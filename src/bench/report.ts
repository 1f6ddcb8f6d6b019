/** The results of `mgo bench`, as text and as JSON. */
import type { Sizes } from "../bundle/sizes.ts";
import type { Level } from "../levels/level.ts";
import { formatRatio, formatSize } from "../system/figures.ts";
import { wrapText } from "../system/text.ts";
import { BENCHSTAT_VERSION } from "./benchstat.ts";
import type { Cell, Comparison, Row } from "./comparison.ts";
import type { Machine } from "./machine.ts";
import { mediansOf, renderMedians } from "./medians.ts";
import type { Incomplete, Results } from "./results.ts";
import { renderTable } from "./table.ts";
import { intervalOf, type Verdict } from "./verdict.ts";
import type { Conclusion } from "./words.ts";

export interface BenchReport {
  /** The command line, as a user would type it. */
  readonly command: string;
  readonly machine: Machine;
  readonly goVersion: string;
  readonly levels: readonly Level[];
  /** Requested levels that this CPU lacks. */
  readonly missing: readonly Level[];
  readonly rounds: number;
  readonly results: Results;
  /** Benchmarks that some level has no result of. */
  readonly incomplete: readonly Incomplete[];
  /** The number of runs that failed. */
  readonly failures: number;
  /** The comparison by benchstat; undefined if that is unavailable. */
  readonly compared: Compared | undefined;
  /** The sizes of the bundle, if one was measured. */
  readonly sizes: Sizes | undefined;
}

export interface Compared {
  /** The comparison of times. */
  readonly time: Comparison;
  /** Comparisons of all else that the benchmarks report. */
  readonly others: readonly Comparison[];
  readonly verdict: Verdict;
  /** The verdict in words. */
  readonly conclusion: Conclusion;
}

/** Returns the report as text, in lines of at most 80 columns. */
export function renderText(report: BenchReport): string {
  const { compared, machine, results, rounds, sizes } = report;
  const parts = [
    wrapText(`${machine.cpu}, ${report.goVersion}, ${rounds} ${rounds === 1 ? "round" : "rounds"}`),
    compared === undefined ? renderMedians(results) : renderTable(compared.time),
    ...otherTables(compared?.others ?? []),
    report.incomplete.flatMap((found) => wrapText(describeIncomplete(found), "not compared: ")),
  ];
  if (compared !== undefined) {
    const { headline, levels, advice, doubts } = compared.conclusion;
    const details = levels.length > 1 ? levels.flatMap((line) => wrapText(line, "  ")) : [];
    for (const doubt of doubts) parts.push(wrapText(doubt));
    parts.push([...wrapText(headline), ...details]);
    if (advice !== undefined) parts.push(wrapText(advice));
  }
  if (sizes !== undefined) {
    const [size, ratio] = [formatSize(sizes.size), formatRatio(sizes.size / sizes.plainSize)];
    parts.push([`The bundle is ${size}, ${ratio} one plain build (${formatSize(sizes.plainSize)}).`]);
  }
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

/** Tables of what else was measured, such as allocations, where any level differs. */
function otherTables(others: readonly Comparison[]): readonly (readonly string[])[] {
  const differs = ({ rows }: Comparison): boolean =>
    rows.some(({ cells }) => [...cells.values()].some(({ isSignificant }) => isSignificant));
  const same = others.filter((comparison) => !differs(comparison)).map(({ unit }) => unit);
  return [
    ...others.filter(differs).map(renderTable),
    same.length === 0 ? [] : wrapText(`${same.join(", ")}: no level differs significantly.`),
  ];
}

/** Describes which results are missing. */
export function describeIncomplete({ pkg, name, missing }: Incomplete): string {
  const where =
    missing.length === 0 ? "its package did not run to the end" : `no result at ${missing.join(", ")}`;
  return `${pkg} ${name}: ${where}`.trimStart();
}

/** Times in seconds, sizes in bytes, changes as parts: -0.12 is 12 % less. */
export function renderJson(report: BenchReport): string {
  const { compared, results, sizes } = report;
  const json = {
    command: report.command,
    cpu: report.machine.cpu,
    cpus: report.machine.cpus,
    kernel: report.machine.kernel,
    go_version: report.goVersion,
    levels: report.levels,
    missing_levels: report.missing,
    base: report.levels[0],
    rounds: report.rounds,
    failures: report.failures,
    benchstat: compared === undefined ? null : BENCHSTAT_VERSION,
    verdict: compared === undefined ? null : describeVerdict(compared),
    tables: compared === undefined ? null : [compared.time, ...compared.others].map(describeTable),
    medians:
      compared !== undefined
        ? null
        : mediansOf(results).map(({ pkg, name, medians }) => ({ pkg, name, ...Object.fromEntries(medians) })),
    not_compared: report.incomplete,
    bundle: sizes === undefined ? null : { size: sizes.size, plain_size: sizes.plainSize },
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function describeVerdict({ verdict, conclusion }: Compared) {
  const { headline, advice, gains, doubts } = conclusion;
  return {
    doubts,
    headline,
    advice: advice ?? null,
    gains: gains ?? null,
    worth: verdict.worth,
    levels: verdict.levels,
    steps: verdict.steps,
  };
}

function describeTable(comparison: Comparison) {
  const { unit, base, rows, geomean } = comparison;
  const means = [...geomean].map(([level, mean]) => {
    const interval = level === base ? undefined : intervalOf(comparison, level);
    return [level, { ...mean, interval: interval ?? null }];
  });
  return {
    unit,
    base,
    rows: rows.map(({ pkg, name, cells }: Row) => ({
      pkg,
      name,
      levels: Object.fromEntries([...cells].map(([level, cell]) => [level, describeCell(cell)])),
    })),
    geomean: Object.fromEntries(means),
  };
}

function describeCell({ median, spread, delta, p, isSignificant }: Cell) {
  return { median, spread: spread ?? null, delta, p: p ?? null, significant: isSignificant };
}
