/** Figures as Markdown, for docs/figures.md. */
import { formatDuration, formatMilliseconds, formatRatio, formatSize } from "../../src/system/figures.ts";
import {
  type BundleFigures,
  ORIGINAL,
  type ProgramFigures,
  type Report,
  type Spread,
  type StartFigures,
} from "./figures.ts";

interface Column {
  readonly head: string;
  /** Returns undefined where there is no such figure. */
  readonly cell: (program: ProgramFigures) => string | undefined;
}

/** Returns a line about the machine, both tables with their explanations, and what was left out. */
export function renderMarkdown(report: Report): string {
  const { programs } = report;
  const kinds = kindsOf(programs);
  const sections = [
    describeMachine(report),
    "Size, as multiples of one plain build; what a start adds to a plain one, ± half the interquartile\n" +
      "range; in brackets, that as a multiple of what the original adds. Other variants: what starts\n" +
      "add, in packed as multiples of what the base's adds, in direct of what packed adds.",
    renderTable(sizeAndStart(kinds), programs),
    "Encoding: `mgo pack`, and the peak memory of mgo. Launching: peak memory until the program is\n" +
      "executed, without pages of the bundle's file. Memory: of four processes at once.",
    renderTable(buildAndMemory(kinds), programs),
    report.notes.map((note) => `- ${note}`).join("\n"),
  ];
  return sections
    .filter((section) => section !== "")
    .map((section) => `${section}\n`)
    .join("\n");
}

/** Returns all kinds of bundle that any program has, in the order of the first that has them. */
export function kindsOf(programs: readonly ProgramFigures[]): readonly string[] {
  return [...new Set(programs.flatMap(({ bundles }) => bundles.map(({ kind }) => kind)))];
}

export function bundleOf({ bundles }: ProgramFigures, kind: string): BundleFigures | undefined {
  return bundles.find((bundle) => bundle.kind === kind);
}

/** Returns what a start as the base adds. */
export function addedBy(program: ProgramFigures, kind: string): Spread | undefined {
  return bundleOf(program, kind)?.starts.find(({ level }) => level === program.base)?.added;
}

export function describeMachine({ machine, rounds }: Report): string {
  const { cpu, cpus, kernel, go, launcher } = machine;
  const own = launcher === undefined ? "" : ` Launcher: ${formatSize(launcher)}.`;
  return `${cpus} × ${cpu}, Linux ${kernel}, ${go}; medians of ${rounds} rounds.${own}`;
}

function sizeAndStart(kinds: readonly string[]): readonly Column[] {
  return [
    { head: "program", cell: ({ name, what }) => `${name}, ${what}` },
    { head: "plain", cell: ({ plain }) => formatSize(plain.size) },
    {
      head: "start",
      cell: ({ base, plain }) => {
        const time = plain.starts.find(({ level }) => level === base)?.time;
        return time === undefined ? undefined : formatMilliseconds(time.median);
      },
    },
    ...kinds.map((kind): Column => ({ head: kind, cell: (program) => sizeAndAdded(program, kind) })),
    { head: "other variants, packed", cell: (program) => others(program, "packed", baseAdded(program)) },
    { head: "other variants, direct", cell: (program) => others(program, "direct", packedAdded(program)) },
  ];
}

function sizeAndAdded(program: ProgramFigures, kind: string): string | undefined {
  const bundle = bundleOf(program, kind);
  if (bundle === undefined) return undefined;
  const size = formatRatio(bundle.size / program.plain.size);
  const added = addedBy(program, kind);
  if (added === undefined) return size;
  const original = kind === ORIGINAL ? undefined : addedBy(program, ORIGINAL);
  const ratio = original === undefined ? "" : ` (${(added.median / original.median).toFixed(2)})`;
  const sign = added.median < 0 ? "" : "+";
  const half = formatMilliseconds((added.high - added.low) / 2);
  return `${size}, ${sign}${formatMilliseconds(added.median).replace(" ms", "")} ±${half}${ratio}`;
}

type Reference = (start: StartFigures) => number | undefined;

function baseAdded(program: ProgramFigures): Reference {
  return () => addedBy(program, "packed")?.median;
}

function packedAdded(program: ProgramFigures): Reference {
  return ({ level }) =>
    bundleOf(program, "packed")?.starts.find((start) => start.level === level)?.added.median;
}

function others(program: ProgramFigures, kind: string, reference: Reference): string | undefined {
  const starts = bundleOf(program, kind)?.starts.filter(({ level }) => level !== program.base) ?? [];
  const cells = starts.flatMap((start) => {
    const whole = reference(start);
    return whole === undefined ? [] : [`${start.level} ${(start.added.median / whole).toFixed(2)}`];
  });
  return cells.length === 0 ? undefined : cells.join(", ");
}

function buildAndMemory(kinds: readonly string[]): readonly Column[] {
  return [
    { head: "program", cell: ({ name }) => name },
    { head: "second build", cell: ({ secondBuild }) => seconds(secondBuild?.milliseconds) },
    ...kinds.map(
      (kind): Column => ({
        head: `encoding, ${kind}`,
        cell: (program) => {
          const work = bundleOf(program, kind)?.encoding;
          if (work === undefined) return undefined;
          return `${seconds(work.milliseconds)}, ${formatSize(work.peakResident)}`;
        },
      }),
    ),
    ...["packed", "direct", ORIGINAL].map(
      (kind): Column => ({ head: `launching, ${kind}`, cell: (program) => launching(program, kind) }),
    ),
    { head: "memory, plain", cell: ({ plain }) => size(plain.memory) },
    ...kinds.map(
      (kind): Column => ({
        head: `memory, ${kind}`,
        cell: (program) => size(bundleOf(program, kind)?.memory),
      }),
    ),
  ];
}

/** Returns `v3 14.2 MB, others 25.1 MB`: the base, and the largest of the other variants. */
function launching(program: ProgramFigures, kind: string): string | undefined {
  const { base } = program;
  const starts = bundleOf(program, kind)?.starts ?? [];
  const own = starts.find(({ level }) => level === base)?.launching;
  const rest = starts.flatMap(({ level, launching }) =>
    level === base || launching === undefined ? [] : [launching.bytes],
  );
  const cells = [
    ...(own === undefined ? [] : [`${base} ${formatSize(own.bytes)}`]),
    ...(rest.length === 0 ? [] : [`others ${formatSize(Math.max(...rest))}`]),
  ];
  return cells.length === 0 ? undefined : cells.join(", ");
}

/** Leaves out columns without any figure. */
function renderTable(columns: readonly Column[], programs: readonly ProgramFigures[]): string {
  const filled = columns.filter(({ cell }) => programs.some((program) => cell(program) !== undefined));
  const head = filled.map((column) => column.head);
  const rows = programs.map((program) => filled.map(({ cell }) => cell(program) ?? "–"));
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function seconds(time: number | undefined): string | undefined {
  return time === undefined ? undefined : formatDuration(time / 1000);
}

function size(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : formatSize(bytes);
}
