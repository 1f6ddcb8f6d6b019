/** The sizes of a bundle's parts, as a picture and as a table. */
import { PART_MEANINGS, PARTS, type Part, type Sizes } from "../bundle/sizes.ts";
import { formatRatio, formatSize } from "../system/figures.ts";
import { escapeHtml, facts, picture, renderPage, section, table } from "./document.ts";

const WIDTH = 1000;
const HEIGHT = 20;

/** A piece of a stacked bar. */
interface Piece {
  readonly name: string;
  readonly size: number;
  /** A class of style.ts. */
  readonly kind: string;
}

/** The class of recipes, and of all that belongs to no variant. */
const RECIPE = "p7";
const kindOf = (part: Part): string => `p${PARTS.indexOf(part) + 1}`;

/** Returns the page of `mgo inspect --sizes --html`. */
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

/** Returns the sections about sizes, which pages of `mgo bench` have too. */
export function sizesSections(sizes: Sizes): readonly string[] {
  const { variants } = sizes;
  const largest = Math.max(...variants.map(({ size }) => size), sizes.size, 1);
  const largestStored = Math.max(...variants.map(({ stored }) => stored), 1);
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
      stacks([
        ...variants.map(({ level, parts, size }) => {
          const pieces = parts.map((part) => ({ name: part.part, size: part.size, kind: kindOf(part.part) }));
          return renderStack(`${level}, plain`, pieces, size, largest);
        }),
        renderStack("the bundle", bundlePieces(sizes), sizes.size, largest),
      ]),
    ),
    section(
      "The bytes of each variant in the bundle",
      stacks(
        variants.map((variant) =>
          renderStack(variant.level, storedPieces(variant), variant.stored, largestStored),
        ),
      ),
      sizesTable(sizes),
      '<p class="quiet">Parts share frames, which are compressed as a whole: each counts by its share of ' +
        "its frames. Recipes are what predicting variants from the base takes.</p>",
    ),
  ];
}

function storedPieces({ parts, recipe }: Sizes["variants"][number]): readonly Piece[] {
  return [
    ...parts.map(({ part, stored }) => ({ name: part, size: stored, kind: kindOf(part) })),
    { name: "recipe", size: recipe, kind: RECIPE },
  ];
}

function bundlePieces(sizes: Sizes): readonly Piece[] {
  const size = sizes.launcher + sizes.directory + sizes.buildInfo;
  return [
    ...sizes.variants.flatMap((variant) =>
      storedPieces(variant).map((piece) => ({ ...piece, name: `${piece.name} of ${variant.level}` })),
    ),
    { name: "launcher, directory, build info", size, kind: RECIPE },
  ];
}

function key(): string {
  const meanings = PARTS.map((part): [string, string] => [kindOf(part), `${part}: ${PART_MEANINGS[part]}`]);
  const items = [...meanings, [RECIPE, "recipes, launcher, directory"]].map(
    ([kind, meaning]) => `<li class="${kind}"><i></i><b>${meaning}</b></li>`,
  );
  return `<ul class="key">${items.join("")}</ul>`;
}

function stacks(rows: readonly string[]): string {
  return `<div class="stack">\n${rows.join("\n")}\n</div>`;
}

function renderStack(label: string, pieces: readonly Piece[], total: number, largest: number): string {
  let at = 0;
  const shapes = pieces
    .filter(({ size }) => size > 0)
    .map(({ name, size, kind }) => {
      const width = (size / largest) * WIDTH;
      const box = `x="${at.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="${HEIGHT}"`;
      at += width;
      const title = escapeHtml(`${name}: ${formatSize(size)}`);
      return `<rect class="${kind}" ${box}><title>${title}</title></rect>`;
    });
  return [
    `<div>${escapeHtml(label)}</div>`,
    `<div>${picture(WIDTH, HEIGHT, `${label}: ${formatSize(total)}`, shapes)}</div>`,
    `<div class="figure">${formatSize(total)}</div>`,
  ].join("");
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
  const recipes = [
    { text: "recipe" },
    ...variants.flatMap(({ recipe }) => [{ text: "" }, { text: formatSize(recipe) }]),
  ];
  const sums = [
    { text: "all", kind: "mean" },
    ...variants.flatMap(({ size, stored }) => [
      { text: formatSize(size), kind: "mean" },
      { text: formatSize(stored), kind: "mean" },
    ]),
  ];
  return table("Sizes by part and variant", head, [...rows, recipes, sums]);
}
