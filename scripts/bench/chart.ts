/**
 * Figures as a chart: what a start adds and how large the bundle is, with a bar for each kind of each
 * program.
 */
import { formatMilliseconds, formatRatio, formatSize } from "../../src/system/figures.ts";
import type { ProgramFigures, Report } from "./figures.ts";
import { COLOURS, line, picture, rect, text, textWidth } from "./svg.ts";
import { addedUnset, bundleOf, describeMachine, kindsOf } from "./table.ts";

/** Pixels. */
const WIDTH = 560;
const MARGIN = 8;
const LABELS = 88;
const GAP = 12;
const BAR = 12;
const PITCH = 15;
const HEAD = 62;
/** Height of a panel's title, and of the mark's label below its bars. */
const TITLE = 26;
const LABEL = 22;
const FOOT = 28;
const BETWEEN = 10;
/** Font size of a bar's figure. */
const FIGURE = 12;
/** Width of a figure, right of the longest bar. */
const VALUE = 88;

/** A kind of figure, on an axis of its own. */
interface Panel {
  readonly title: string;
  readonly value: (program: ProgramFigures, kind: string) => number | undefined;
  readonly format: (value: number) => string;
  /**
   * Longest bar, as a multiple of mgo's longest bar or of the mark: longer bars are cut, and their figure
   * starts with ».
   */
  readonly longest: number;
  /** A line across all programs at the value of a plain build, and its name. */
  readonly mark: { readonly value: number; readonly label: string };
}

const PANELS: readonly Panel[] = [
  {
    title: "added to a start, no variable set, ms",
    value: (program, kind) => {
      const added = addedUnset(program, kind)?.median;
      return added === undefined ? undefined : Math.max(0, added);
    },
    format: (value) => `+${formatMilliseconds(value)}`,
    longest: 2.5,
    mark: { value: 0, label: "plain" },
  },
  {
    title: "size of four variants, × one plain build",
    value: (program, kind) => {
      const bundle = bundleOf(program, kind);
      return bundle === undefined ? undefined : bundle.size / program.plain.size;
    },
    format: formatRatio,
    longest: 6,
    mark: { value: 1, label: "plain" },
  },
];

/** Leaves out `fast` and `best`, which differ from `packed` by less than a bar shows: the table has them. */
const isShown = (kind: string): boolean => !/^packed ./.test(kind);
const isOwn = (kind: string): boolean => kind === "packed" || kind === "direct";

/** Returns an SVG document. */
export function renderChart(report: Report): string {
  const { programs } = report;
  const kinds = kindsOf(programs).filter(isShown);
  const group = kinds.length * PITCH + BETWEEN;
  const panel = TITLE + programs.length * group + LABEL;
  const height = HEAD + PANELS.length * panel + FOOT;
  const shapes = [
    text("Four variants in one file, beside one plain build", MARGIN, 20, { weight: "600", size: 16 }),
    ...legend(kinds),
    ...PANELS.flatMap((each, index) =>
      drawPanel(each, programs, kinds, { top: HEAD + index * panel, group }),
    ),
    text(describeMachine(report), MARGIN, height - 8, { size: 11 }),
  ];
  const names = programs.map(({ name }) => name).join(", ");
  const title = `Added time of a start, and size, of bundles of ${names}`;
  return picture(WIDTH, height, title, shapes);
}

function colourOf(kind: string, kinds: readonly string[]): string {
  const others = kinds.filter((known) => !isOwn(known));
  const place = kind === "packed" ? 0 : kind === "direct" ? 1 : 2 + others.indexOf(kind);
  return COLOURS.series[place % COLOURS.series.length] ?? COLOURS.text;
}

function legend(kinds: readonly string[]): readonly string[] {
  let x = MARGIN;
  return kinds.flatMap((kind) => {
    const name = isOwn(kind) ? `mgo, ${kind}` : kind;
    const at = x;
    x += 16 + textWidth(name, 13) + 16;
    return [rect(at, 36, 11, 11, colourOf(kind, kinds)), text(name, at + 16, 46, { size: 13 })];
  });
}

/** Draws name and size in the middle of the program's bars. */
function label({ name, plain }: ProgramFigures, top: number, bars: number): readonly string[] {
  const middle = top + (bars * PITCH) / 2;
  const right = MARGIN + LABELS;
  return [
    text(name, right, middle - 2, { anchor: "end", weight: "600", size: 13 }),
    text(formatSize(plain.size), right, middle + 13, { anchor: "end" }),
  ];
}

function drawPanel(
  { title, value, format, longest, mark }: Panel,
  programs: readonly ProgramFigures[],
  kinds: readonly string[],
  { top, group }: { readonly top: number; readonly group: number },
): readonly string[] {
  const left = MARGIN + LABELS + GAP;
  const width = WIDTH - MARGIN - left;
  const all = (wanted: readonly string[]): number[] =>
    programs.flatMap((program) => wanted.flatMap((kind) => value(program, kind) ?? []));
  const own = Math.max(...all(kinds.filter(isOwn)), mark.value) * longest;
  const end = Math.min(Math.max(...all(kinds), mark.value), own);
  const scale = (width - VALUE) / end;
  const at = left + mark.value * scale;
  const first = top + TITLE;
  const bottom = first + programs.length * group;
  const marks = [
    text(mark.label, at, bottom + 4, { anchor: mark.value === 0 ? "start" : "middle", size: 11 }),
  ];
  const bars = [text(title, left, top + 14, { weight: "600", size: 13 })];
  for (const [index, program] of programs.entries()) {
    const begins = first + index * group;
    bars.push(...label(program, begins, kinds.length));
    for (const [place, kind] of kinds.entries()) {
      const y = begins + place * PITCH;
      const number = value(program, kind);
      const length = Math.max(1, Math.min(number ?? 0, end) * scale);
      const figure = number === undefined ? "" : `${number > end ? "» " : ""}${format(number)}`;
      const begin = left + length + 5;
      // A figure interrupts the mark's line.
      if (at < begin - 2 || at > begin + textWidth(figure, FIGURE) + 4)
        marks.push(line(at, y, at, y + PITCH, 0.7));
      if (number === undefined) continue;
      bars.push(rect(left, y, length, BAR, colourOf(kind, kinds)));
      bars.push(text(figure, begin, y + BAR - 1.5, { size: FIGURE }));
    }
    marks.push(line(at, begins + kinds.length * PITCH, at, begins + group, 0.7));
  }
  return [...marks, ...bars];
}
