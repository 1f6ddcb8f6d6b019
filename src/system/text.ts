/** Figures and tables as mgo prints them. */

/** A size in bytes, in decimal units with three digits at the least: `11.4 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** A ratio with two decimals: `0.52×`. */
export function formatRatio(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** Rows as columns, each as wide as its widest cell; the last column is not padded. */
export function formatTable(rows: readonly (readonly string[])[], indent: string): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        indent +
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd(),
    )
    .join("\n");
}

/**
 * A line broken at its blanks to fit a terminal; a word that is longer than a line keeps together.
 *
 * @param columns the terminal's width
 * @param hanging blanks in front of all lines but the first
 */
export function foldLine(line: string, columns: number, hanging: number): string {
  const [first = "", ...words] = line.split(" ");
  const lines: string[] = [];
  let current = first;
  for (const word of words) {
    if (current.length + 1 + word.length <= columns) {
      current += ` ${word}`;
    } else {
      lines.push(current);
      current = " ".repeat(hanging) + word;
    }
  }
  return [...lines, current].join("\n");
}
