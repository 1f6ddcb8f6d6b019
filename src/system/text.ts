/** Text laid out for terminals: wrapped lines and columns, by the width that characters take there. */
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** The width that mgo's texts are written for, in columns. */
export const COLUMNS = 80;

/**
 * Wraps a text at its spaces. No-break spaces (U+00A0) hold words together and become spaces; a word longer
 * than a line stays whole.
 *
 * @param prefix what the first line begins with; the other lines are indented by as much
 * @param columns the width of a line, with its indent
 */
export function wrapText(text: string, prefix = "", columns = COLUMNS): readonly string[] {
  const indent = " ".repeat(prefix.length);
  const lines = wrapAnsi(text, Math.max(1, columns - prefix.length))
    .replaceAll("\u00a0", " ")
    .split("\n");
  return lines.map((line, index) => ((index === 0 ? prefix : indent) + line).trimEnd());
}

/**
 * Lays rows out as columns, each as wide as its widest cell and two spaces apart.
 *
 * @param align a letter for each column, `l` or `r`; columns without one are `l`
 * @param indent what each line begins with
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  align = "",
  indent = "  ",
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ""))),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const padding = " ".repeat((widths[column] ?? 0) - stringWidth(cell));
      return align[column] === "r" ? padding + cell : cell + padding;
    });
    return (indent + cells.join("  ")).trimEnd();
  });
}
