/** Lines of at most 80 columns, for terminals. */

const WIDTH = 80;
/** Where the second column begins. */
const COLUMN = 24;

/** What is literal without its backquotes, and in quotes where it would read as a word or a sign of the text. */
export function plain(text: string): string {
  return text.replaceAll(/`([^`]*)`/g, (_, literal: string) =>
    /^(?:#.*|[a-z]+|-)$/.test(literal) ? `"${literal}"` : literal,
  );
}

/**
 * A text's words in lines that begin with an indent.
 *
 * @param hanging the indent of all lines but the first
 */
export function wrap(text: string, indent = "", hanging = indent): string[] {
  const lines: string[] = [];
  let line = "";
  // What stands in brackets stays together, and so does a flag of one letter with its value.
  for (const word of plain(text).match(/-[a-z] [A-Z]+\S*|(?:\[[^\]]*\]|\S)+/g) ?? []) {
    const start = lines.length === 0 ? indent : hanging;
    if (line !== "" && start.length + line.length + 1 + word.length > WIDTH) {
      lines.push(start + line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, (lines.length === 0 ? indent : hanging) + line];
}

/** A term, and what it is in the second column: beside it where there is room, else below. */
export function entry(term: string, text: string, hanging = "  "): string[] {
  const column = " ".repeat(COLUMN);
  const right = wrap(text, column);
  const left = wrap(term, "  ", hanging);
  const [only = ""] = left;
  const [first = "", ...rest] = right;
  if (left.length > 1 || only.length > COLUMN - 2) return [...left, ...right];
  return [only.padEnd(COLUMN) + first.slice(COLUMN), ...rest];
}
