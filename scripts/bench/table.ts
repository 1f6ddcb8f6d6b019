/** Figures as Markdown, for docs/figures.md. */
import { formatDuration, formatMilliseconds, formatRatio, formatSize } from "../../src/system/figures.ts";
import type { BundleFigures, ProgramFigures, Report, Spread, StartFigures } from "./figures.ts";

export interface Column {
  readonly head: string;
  /** Returns undefined where there is no such figure. */
  readonly cell: (program: ProgramFigures) => string | undefined;
}

/** Returns what a start without GOAMD64 adds to a start of the plain base. */
export function addedUnset(program: ProgramFigures, kind: string): Spread | undefined {
  return bundleOf(program, kind)?.unset;
}

/** Returns a line about the machine, both tables with their explanations, and what was left out. */
export function renderMarkdown(report: Report): string {
  const sections = [
    describeMachine(report),
    "Size, as multiples of one plain build:",
    renderSizes(report),
    "Size of packed bundles for other architectures, as multiples of one plain build for these:",
    renderArchitectures(report),
    "What a start adds to a plain one, ± half the interquartile range, first of the base, then without\n" +
      "GOAMD64. Other variants: in packed as multiples of what the base's start adds, in direct of what\n" +
      "packed adds.",
    renderStarts(report),
    renderUnset(report),
    "A start as the base that reads its file from the disk, as the first one after a boot:",
    renderCold(report),
    "The same from slow disks:",
    renderSlow(report),
    "Encoding: `mgo pack`, and the peak memory of mgo. Launching: peak memory until the program is\n" +
      "executed, without pages of the bundle's file. Memory: of four processes at once.",
    renderBuildAndMemory(report),
    report.notes.map((note) => `- ${note}`).join("\n"),
  ];
  return sections
    .filter((section) => section !== "")
    .map((section) => `${section}\n`)
    .join("\n");
}

export function renderSizes({ programs }: Report): string {
  const columns = kindsOf(programs).map(
    (kind): Column => ({ head: kind, cell: (program) => sizeRatio(program, kind) }),
  );
  return renderTable(
    [PROGRAM, { head: "plain", cell: ({ plain }) => formatSize(plain.size) }, ...columns],
    programs,
  );
}

/** Sizes on other architectures. */
export function renderArchitectures({ programs }: Report): string {
  const measured = programs.filter(({ architectures = [] }) => architectures.length > 0);
  if (measured.length === 0) return "Not measured.";
  const all = measured.flatMap(({ architectures = [] }) => architectures);
  const columns = [...new Map(all.map((figures) => [figures.architecture, figures.levels]))].map(
    ([architecture, levels]): Column => ({
      head: `${architecture}: ${levels.join(", ")}`,
      cell: (program) => {
        const found = program.architectures?.find((figures) => figures.architecture === architecture);
        return found && `${formatSize(found.plain)}, ${formatRatio(found.packed / found.plain)}`;
      },
    }),
  );
  return renderTable([PROGRAM, ...columns], measured);
}

/** Starts of the base, and of other variants beside it. */
export function renderStarts({ programs }: Report): string {
  const columns = kindsOf(programs).map(
    (kind): Column => ({ head: kind, cell: (program) => formatAdded(addedBy(program, kind)) }),
  );
  const rest: readonly Column[] = [
    { head: "others, packed", cell: (program) => others(program, "packed", baseAdded(program)) },
    { head: "others, direct", cell: (program) => others(program, "direct", packedAdded(program)) },
  ];
  return renderTable([PROGRAM, PLAIN_START, ...columns, ...rest], programs);
}

/** Starts without GOAMD64. */
export function renderUnset({ programs }: Report): string {
  const columns = kindsOf(programs).map(
    (kind): Column => ({ head: kind, cell: (program) => formatAdded(addedUnset(program, kind)) }),
  );
  return renderTable([PROGRAM, PLAIN_START, ...columns], programs);
}

/** Starts from the disk. */
export function renderCold({ programs }: Report): string {
  if (programs.every(({ plain }) => plain.cold === undefined)) return "Not measured.";
  const columns = kindsOf(programs).map(
    (kind): Column => ({ head: kind, cell: (program) => formatTime(bundleOf(program, kind)?.cold) }),
  );
  const plain: Column = { head: "plain", cell: (program) => formatTime(program.plain.cold) };
  return renderTable([PROGRAM, plain, ...columns], programs);
}

/** Returns starts from slow disks, in a table for each, the slowest first. */
export function renderSlow({ programs }: Report): string {
  const rates = new Set(programs.flatMap(({ plain }) => Object.keys(plain.slow ?? {}).map(Number)));
  if (rates.size === 0) return "Not measured.";
  return [...rates]
    .toSorted((a, b) => a - b)
    .map((rate) => {
      const measured = programs.filter(({ plain }) => plain.slow?.[rate] !== undefined);
      return `At ${rate} MB/s:\n\n${renderTable(slowColumns(measured, rate), measured)}`;
    })
    .join("\n\n");
}

function slowColumns(programs: readonly ProgramFigures[], rate: number): readonly Column[] {
  const kinds = kindsOf(programs).map(
    (kind): Column => ({ head: kind, cell: (program) => formatTime(bundleOf(program, kind)?.slow?.[rate]) }),
  );
  const plain: Column = { head: "plain", cell: (program) => formatTime(program.plain.slow?.[rate]) };
  return [PROGRAM, plain, ...kinds];
}

/** Returns `4.3 ±0.2 ms`. */
function formatTime(time: Spread | undefined): string | undefined {
  return time && (formatAdded(time) ?? "").replace("+", "");
}

export function renderBuildAndMemory({ programs }: Report): string {
  return renderTable(buildAndMemory(kindsOf(programs)), programs);
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

const PROGRAM: Column = { head: "program", cell: ({ name, what }) => `${name}, ${what}` };

const PLAIN_START: Column = {
  head: "plain",
  cell: ({ base, plain }) => {
    const time = plain.starts.find(({ level }) => level === base)?.time;
    return time === undefined ? undefined : formatMilliseconds(time.median);
  },
};

/** Returns a bundle's size as a multiple of the plain program's: `0.43×`. */
export function sizeRatio(program: ProgramFigures, kind: string): string | undefined {
  const bundle = bundleOf(program, kind);
  return bundle === undefined ? undefined : formatRatio(bundle.size / program.plain.size);
}

/** Returns `+4.3 ±0.2 ms`. */
function formatAdded(added: Spread | undefined): string | undefined {
  if (added === undefined) return undefined;
  const sign = added.median < 0 ? "" : "+";
  const half = formatMilliseconds((added.high - added.low) / 2);
  return `${sign}${formatMilliseconds(added.median).replace(" ms", "")} ±${half}`;
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
    ...["packed", "direct"].map(
      (kind): Column => ({ head: `launching, ${kind}`, cell: (program) => launching(program, kind) }),
    ),
    { head: "memory, plain", cell: ({ plain }) => size(plain.memory) },
    ...kinds.map(
      (kind): Column => ({
        head: `memory, ${kind}`,
        cell: (program) => size(bundleOf(program, kind)?.memory),
      }),
    ),
    ...kinds.map(
      (kind): Column => ({
        head: `memory, no variable set, ${kind}`,
        cell: (program) => size(bundleOf(program, kind)?.unsetMemory),
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

/** Returns a table in Markdown. Leaves out columns without any figure. */
export function renderTable(columns: readonly Column[], programs: readonly ProgramFigures[]): string {
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
