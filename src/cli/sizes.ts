/** `mgo inspect --sizes`: a bundle's sizes as text and as JSON. */
import { PART_MEANINGS, PARTS, type Sizes } from "../bundle/sizes.ts";
import { formatRatio, formatSize } from "../system/figures.ts";
import { formatTable, wrapText } from "../system/text.ts";

/** Returns the sizes as text, in lines of at most 80 columns. */
export function renderSizes(sizes: Sizes): string {
  const { variants } = sizes;
  const rows = (pick: "size" | "stored"): string[][] =>
    PARTS.map((part) => [
      part,
      ...variants.map(({ parts }) => formatSize(parts.find((known) => known.part === part)?.[pick] ?? 0)),
      PART_MEANINGS[part],
    ]);
  const sum = (pick: "size" | "stored"): string[] => [
    "all",
    ...variants.map((variant) => formatSize(variant[pick])),
    "",
  ];
  const head = ["", ...variants.map(({ level }) => level), ""];
  const recipes = ["recipe", ...variants.map(({ recipe }) => formatSize(recipe)), "what predicting takes"];
  const rest = [
    ["launcher", formatSize(sizes.launcher), "with ELF headers"],
    ["directory", formatSize(sizes.directory), "checksums of all frames"],
    ...(sizes.buildInfo > 0 ? [["build info", formatSize(sizes.buildInfo), "Go's, a copy"]] : []),
  ];
  const align = `l${"r".repeat(variants.length)}`;
  const ratio = formatRatio(sizes.size / sizes.plainSize);
  const plain = `${ratio} one plain build (${formatSize(sizes.plainSize)})`;
  return [
    [`${sizes.file}: ${formatSize(sizes.size)}, ${sizes.layout}, ${plain}`],
    ["as go build made it", ...formatTable([head, ...rows("size"), sum("size")], align)],
    ["as stored in the bundle", ...formatTable([head, ...rows("stored"), recipes, sum("stored")], align)],
    ["beside the variants", ...formatTable(rest, "lr")],
    wrapText(
      "Parts share frames, which are compressed as a whole: each is counted by its share of its frames.",
    ),
  ]
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

/** Returns the sizes for JSON, in bytes. */
export function sizesToJson(sizes: Sizes) {
  return {
    file: sizes.file,
    layout: sizes.layout,
    size: sizes.size,
    plain_size: sizes.plainSize,
    launcher: sizes.launcher,
    directory: sizes.directory,
    build_info: sizes.buildInfo,
    // Readers of the JSON know a recipe by its first name.
    variants: sizes.variants.map(({ recipe, parts, ...variant }) => ({ ...variant, plan: recipe, parts })),
  };
}
