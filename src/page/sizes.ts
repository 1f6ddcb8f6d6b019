/** Where a bundle's bytes go, as a picture and as a table. */
import { PART_MEANINGS, PARTS, type Part, type Sizes } from "../bundle/sizes.ts";
import { formatRatio, formatSize } from "../system/figures.ts";
import { escapeHtml, facts, renderPage, section, table } from "./document.ts";

const WIDTH = 1000;
const HEIGHT = 20;

/** A piece of a stacked bar. */
interface Piece {
  readonly name: string;
  readonly size: number;
  /** A class of the style. */
  readonly kind: string;
}

const PLAN = "p7";
const kindOf = (part: Part): string => `p${PARTS.indexOf(part) + 1}`;

/** The page of `mgo inspect --sizes --html`. */
export function renderSizesPage(sizes: Sizes, version: string): string {
  return renderPage({
    title: `Sizes of ${sizes.file}`,
    parts: [
      `<h1>Sizes of ${escapeHtml(sizes.file)}</h1>`,
      ...sizesSections(sizes),
      `<p class="quiet">Written by mgo ${escapeHtml(version)}.</p>`,
    ],
  });
}

/** The sections about sizes. */
export function sizesSections(sizes: Sizes): readonly string[] {
  const { variants } = sizes;
  const largest = Math.max(...variants.map(({ size }) => size), sizes.size, 1);
  const built = variants.map(({ level, parts, size }) => ({
    label: `${level}, plain`,
    pieces: parts.map(({ part, size: bytes }) => ({ name: part, size: bytes, kind: kindOf(part) })),
    total: size,
  }));
  const rest: Piece = {
    name: "launcher, directory, build info",
    size: sizes.launcher + sizes.directory + sizes.buildInfo,
    kind: PLAN,
  };
  const bundle = variants.flatMap(({ level, parts, plan }) => [
    ...parts.map(({ part, stored }) => ({ name: `${part} of ${level}`, size: stored, kind: kindOf(part) })),
    { name: `plan of ${level}`, size: plan, kind: PLAN },
  ]);
  const rows = [...built, { label: "the bundle", pieces: [...bundle, rest], total: sizes.size }];
  return [
    section(
      "The bundle and one plain build of each level",
      facts([
        ["the bundle", `${formatSize(sizes.size)}, ${sizes.layout}`],
        ["one plain build", formatSize(sizes.plainSize)],
        ["ratio", formatRatio(sizes.size / sizes.plainSize)],
        [`all ${variants.length}`, formatSize(variants.reduce((sum, { size }) => sum + size, 0))],
      ]),
      key(),
      `<div class="stack">\n${rows.map((row) => renderStack(row.label, row.pieces, row.total, largest)).join("\n")}\n</div>`,
    ),
    section(
      "What each variant takes in the bundle",
      `<div class="stack">\n${variants
        .map(({ level, parts, plan, stored }) =>
          renderStack(
            level,
            [
              ...parts.map((part) => ({ name: part.part, size: part.stored, kind: kindOf(part.part) })),
              { name: "plan", size: plan, kind: PLAN },
            ],
            stored,
            Math.max(...variants.map((variant) => variant.stored), 1),
          ),
        )
        .join("\n")}\n</div>`,
      sizesTable(sizes),
      '<p class="quiet">Parts share frames that are compressed as a whole: what is stored of each is its share of its frames. Plans are what predicting variants from the base takes.</p>',
    ),
  ];
}

function key(): string {
  const items = PARTS.map(
    (part) => `<li class="${kindOf(part)}"><i></i><b>${part}: ${PART_MEANINGS[part]}</b></li>`,
  );
  return `<ul class="key">${items.join("")}<li class="${PLAN}"><i></i><b>plans, launcher, directory</b></li></ul>`;
}

function renderStack(label: string, pieces: readonly Piece[], total: number, largest: number): string {
  let at = 0;
  const shapes = pieces
    .filter(({ size }) => size > 0)
    .map(({ name, size, kind }) => {
      const width = (size / largest) * WIDTH;
      const shape = `<rect class="${kind}" x="${at.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="${HEIGHT}"><title>${escapeHtml(`${name}: ${formatSize(size)}`)}</title></rect>`;
      at += width;
      return shape;
    });
  const title = `${label}: ${formatSize(total)}`;
  return `<div>${escapeHtml(label)}</div><div><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(title)}">${shapes.join("")}</svg></div><div class="figure">${formatSize(total)}</div>`;
}

function sizesTable({ variants }: Sizes): string {
  const head = [
    [{ text: "" }, ...variants.map(({ level }) => ({ text: level, span: 2 }))],
    [{ text: "" }, ...variants.flatMap(() => [{ text: "built" }, { text: "stored" }])],
  ];
  const rows = PARTS.map((part) => [
    { text: part },
    ...variants.flatMap(({ parts }) => {
      const found = parts.find((known) => known.part === part);
      return [{ text: formatSize(found?.size ?? 0) }, { text: formatSize(found?.stored ?? 0) }];
    }),
  ]);
  const plans = [
    { text: "plan" },
    ...variants.flatMap(({ plan }) => [{ text: "" }, { text: formatSize(plan) }]),
  ];
  const sums = [
    { text: "all", kind: "mean" },
    ...variants.flatMap(({ size, stored }) => [
      { text: formatSize(size), kind: "mean" },
      { text: formatSize(stored), kind: "mean" },
    ]),
  ];
  return table("Sizes by part and variant", head, [...rows, plans, sums]);
}
