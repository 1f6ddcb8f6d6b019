/** The screen of a terminal after a program has written to it. */

/** A run of characters with the same colour. */
export interface Span {
  readonly text: string;
  /** One of the eight colours, from 0; undefined for the usual one. */
  readonly colour: number | undefined;
  readonly bold: boolean;
}

interface Cell {
  readonly character: string;
  readonly colour: number | undefined;
  readonly bold: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal acts on
const TOKEN = /\u001b\[([?0-9;]*)([A-Za-z])|\r|\n|[^\u001b\r\n]/gu;

/**
 * Follows what programs of this project write: text, line ends, colours, and the moves and erasures by which
 * lines of progress are drawn again. The screen is as high as it needs to be.
 *
 * @returns its lines, without empty ones at the end
 */
export function readScreen(output: string): readonly (readonly Span[])[] {
  const lines: Cell[][] = [[]];
  let [row, column] = [0, 0];
  let style: Omit<Cell, "character"> = { colour: undefined, bold: false };
  for (const [token, parameters, letter] of output.matchAll(TOKEN)) {
    const count = Number(parameters === "" ? 1 : parameters) || 0;
    if (letter === undefined && token === "\r") column = 0;
    else if (letter === undefined && token === "\n") {
      row += 1;
      while (lines.length <= row) lines.push([]);
    } else if (letter === undefined) {
      const line = lines[row] ?? [];
      while (line.length < column) line.push({ character: " ", ...style });
      line[column] = { character: token, ...style };
      column += 1;
    } else if (letter === "A") row = Math.max(0, row - count);
    else if (letter === "B") row += count;
    else if (letter === "G") column = Math.max(1, count) - 1;
    else if (letter === "K") lines[row] = parameters === "2" ? [] : (lines[row] ?? []).slice(0, column);
    else if (letter === "m") style = styleOf(parameters ?? "", style);
    // All else shows, hides or saves something.
  }
  while (lines.at(-1)?.length === 0) lines.pop();
  return lines.map(joinCells);
}

function styleOf(parameters: string, before: Omit<Cell, "character">): Omit<Cell, "character"> {
  let style = before;
  for (const code of parameters.split(";").map(Number)) {
    if (code === 0) style = { colour: undefined, bold: false };
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 22) style = { ...style, bold: false };
    else if (code >= 30 && code <= 37) style = { ...style, colour: code - 30 };
    else if (code === 39) style = { ...style, colour: undefined };
  }
  return style;
}

function joinCells(cells: readonly Cell[]): readonly Span[] {
  const spans: Span[] = [];
  for (const { character, colour, bold } of cells) {
    const last = spans.at(-1);
    if (last !== undefined && last.colour === colour && last.bold === bold) {
      spans[spans.length - 1] = { ...last, text: last.text + character };
    } else spans.push({ text: character, colour, bold });
  }
  return spans;
}
