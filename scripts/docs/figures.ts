/**
 * Figures in pages, made from docs/figures.json, which `npm run bench -- --json` writes. A page has a block
 * for each table or list of figures, between `<!-- figures: NAME -->` and `<!-- end -->`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatMilliseconds, formatSize } from "../../src/system/figures.ts";
import type { ProgramFigures, Report } from "../bench/figures.ts";
import {
  addedBy,
  addedUnset,
  bundleOf,
  type Column,
  describeMachine,
  renderArchitectures,
  renderBuildAndMemory,
  renderCold,
  renderSizes,
  renderSlow,
  renderStarts,
  renderTable,
  renderUnset,
  sizeRatio,
} from "../bench/table.ts";
import { root } from "../script.ts";

/** Programs in the README's table and chart: of each kind and size one. */
const SHORT = ["hello", "fzf", "esbuild", "nats", "caddy"];

/** Reads the figures. */
export function readReport(): Report {
  return JSON.parse(readFileSync(join(root, "docs", "figures.json"), "utf8")) as Report;
}

/** Returns the report with those programs alone that the README shows. */
export function shorten(report: Report): Report {
  return { ...report, programs: report.programs.filter(({ name }) => SHORT.includes(name)) };
}

/** Replaces each block of figures in a page's text. */
export function fillFigures(text: string, report: Report): string {
  return text.replaceAll(
    /(<!-- figures: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}${blockOf(name, report)}\n${end}`,
  );
}

function blockOf(name: string, report: Report): string {
  const block = BLOCKS.get(name);
  if (block === undefined) throw new Error(`no block of figures is called ${name}`);
  return block(report);
}

const BLOCKS: ReadonlyMap<string, (report: Report) => string> = new Map([
  ["machine", describeMachine],
  ["short", (report) => renderTable(SHORT_COLUMNS, shorten(report).programs)],
  ["summary", summarize],
  ["sizes", renderSizes],
  ["architectures", renderArchitectures],
  ["starts", renderStarts],
  ["unset", renderUnset],
  ["cold", renderCold],
  ["slow", renderSlow],
  ["work", renderBuildAndMemory],
  ["peers", (report) => renderTable(PEER_COLUMNS, shorten(report).programs)],
]);

const SHORT_COLUMNS: readonly Column[] = [
  { head: "program", cell: ({ name }) => name },
  { head: "plain", cell: ({ plain }) => formatSize(plain.size) },
  { head: "packed", cell: (program) => sizeRatio(program, "packed") },
  { head: "direct", cell: (program) => sizeRatio(program, "direct") },
  { head: "plain starts in", cell: (program) => milliseconds(plainStart(program)) },
  { head: "packed adds", cell: (program) => milliseconds(addedUnset(program, "packed")?.median) },
  { head: "direct adds", cell: (program) => milliseconds(addedUnset(program, "direct")?.median) },
];

const PEER_COLUMNS: readonly Column[] = [
  { head: "program", cell: ({ name, plain }) => `${name}, ${formatSize(plain.size)}` },
  ...["packed", "direct", "copy", "multivers"].map(
    (kind): Column => ({
      head: kind,
      cell: (program) => {
        const size = sizeRatio(program, kind);
        const added = milliseconds(addedBy(program, kind)?.median);
        return size === undefined || added === undefined ? undefined : `${size}, ${added}`;
      },
    }),
  ),
];

/** Sentences with the ranges of all programs but unstripped ones, whose debug data is most of the file. */
function summarize({ programs }: Report): string {
  const stripped = programs.filter(({ name }) => !name.endsWith("-debug"));
  const own = (kind: string): string | undefined =>
    rangeOf(
      stripped,
      (program) => addedUnset(program, kind)?.median,
      (value) => value.toFixed(1),
    );
  const beside = (kind: string, reference: string): string | undefined =>
    rangeOf(stripped, (program) => ratio(program, kind, reference), fixed);
  const copied = beside("packed", "copy");
  const sentences = [
    `Size: \`packed\` takes ${sizes(stripped, "packed")} times one plain build, \`direct\` ` +
      `${sizes(stripped, "direct")} times; small programs take more.`,
    `Start with no variable set, on a CPU with ${bestLevel(programs)}: \`packed\` adds ` +
      `${own("packed")} ms, \`direct\` ${own("direct")} ms.`,
    ...(copied === undefined
      ? []
      : [`Start of the base: \`packed\` adds ${copied} times what \`copy\` adds.`]),
    `\`-mgo.compress=best\`: \`packed\` takes ${sizes(stripped, "packed best")} times one plain build, and ` +
      `a start of the base adds ${beside("packed best", "packed")} times as much.`,
  ];
  return sentences.map((sentence) => `- ${sentence}`).join("\n");
}

function sizes(programs: readonly ProgramFigures[], kind: string): string | undefined {
  return rangeOf(programs, (program) => ratioOf(program, kind), fixed);
}

function bestLevel(programs: readonly ProgramFigures[]): string {
  const levels = programs.flatMap(({ plain }) => plain.starts.map(({ level }) => level));
  return levels.toSorted().at(-1) ?? "";
}

/** The time that a start of the base adds, as a multiple of that of another kind of bundle. */
function ratio(program: ProgramFigures, kind: string, reference: string): number | undefined {
  const [one, other] = [addedBy(program, kind)?.median, addedBy(program, reference)?.median];
  return one === undefined || other === undefined ? undefined : one / other;
}

/** Returns `0.35 to 0.56`; undefined if no program has such a figure. */
function rangeOf(
  programs: readonly ProgramFigures[],
  value: (program: ProgramFigures) => number | undefined,
  format: (value: number) => string,
): string | undefined {
  const values = programs.flatMap((program) => value(program) ?? []).toSorted((a, b) => a - b);
  const [low] = values;
  const high = values.at(-1);
  if (low === undefined || high === undefined) return undefined;
  const [from, to] = [format(low), format(high)].map((text) =>
    // A difference that rounds to zero has no sign.
    text.replace(/^-(0(?:\.0*)?)$/, "$1").replace("-", "−"),
  );
  return from === to ? `${from}` : `${from} to ${to}`;
}

function fixed(value: number): string {
  return value.toFixed(2);
}

function ratioOf(program: ProgramFigures, kind: string): number | undefined {
  const bundle = bundleOf(program, kind);
  return bundle === undefined ? undefined : bundle.size / program.plain.size;
}

function plainStart({ base, plain }: ProgramFigures): number | undefined {
  return plain.starts.find(({ level }) => level === base)?.time.median;
}

function milliseconds(time: number | undefined): string | undefined {
  return time === undefined ? undefined : formatMilliseconds(time).replace(/^−(?=0\.0 )/, "");
}
