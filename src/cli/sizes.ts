/** `mgo inspect --sizes`: a bundle's sizes as text and as JSON. */
import { PART_MEANINGS, PARTS, type Sizes } from "../bundle/sizes.ts";
import { formatRatio, formatSize } from "../system/text.ts";

/** In lines of at most 80 columns. */
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
  const levels = variants.map(({ level }) => level);
  const plans = ["plan", ...variants.map(({ plan }) => formatSize(plan)), "what predicting takes"];
  const rest = [
    ["launcher", formatSize(sizes.launcher), "with ELF headers"],
    ["directory", formatSize(sizes.directory), "checksums of all frames"],
    ...(sizes.buildInfo > 0 ? [["build info", formatSize(sizes.buildInfo), "Go's, a copy"]] : []),
  ];
  const table = (title: string, lines: readonly (readonly string[])[]): string =>
    `${title}\n${alignRight(lines)}\n`;
  return [
    `${sizes.file}: ${formatSize(sizes.size)}, ${sizes.layout}, ${formatRatio(sizes.size / sizes.plainSize)} one plain build (${formatSize(sizes.plainSize)})\n`,
    table("as go build made it", [["", ...levels, ""], ...rows("size"), sum("size")]),
    table("as stored in the bundle", [["", ...levels, ""], ...rows("stored"), plans, sum("stored")]),
    table("beside the variants", rest),
    "Parts share frames that are compressed as a whole: what is stored of each is its\nshare of its frames.\n",
  ].join("\n");
}

/** The first and the last column are words, the others figures. */
function alignRight(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === 0 || column === row.length - 1
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      );
      return `  ${cells.join("  ")}`.trimEnd();
    })
    .join("\n");
}

/** Sizes in bytes. */
export function sizesToJson(sizes: Sizes) {
  return {
    file: sizes.file,
    layout: sizes.layout,
    size: sizes.size,
    plain_size: sizes.plainSize,
    launcher: sizes.launcher,
    directory: sizes.directory,
    build_info: sizes.buildInfo,
    variants: sizes.variants,
  };
}
