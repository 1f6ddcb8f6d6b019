/** Pictures of a terminal, as SVG. */
import { escapeText, round } from "../bench/svg.ts";
import type { Span } from "./screen.ts";

type Scheme = "light" | "dark";

/** Pixels. */
const FONT = 14;
const COLUMN = 8.4;
const LINE = 20;
const PADDING = 14;

interface Palette {
  readonly page: string;
  readonly border: string;
  readonly text: string;
  readonly prompt: string;
  /** The eight colours of terminals, in their order. */
  readonly colours: readonly string[];
}

const PALETTES: Readonly<Record<Scheme, Palette>> = {
  light: {
    page: "#ffffff",
    border: "#d0d7de",
    text: "#24292f",
    prompt: "#57606a",
    colours: ["#24292f", "#cf222e", "#116329", "#7d4e00", "#0969da", "#8250df", "#1b7c83", "#57606a"],
  },
  dark: {
    page: "#0d1117",
    border: "#30363d",
    text: "#e6edf3",
    prompt: "#8b949e",
    colours: ["#8b949e", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#e6edf3"],
  },
};

/** A command as it is shown, and what it left on the screen. */
export interface Shown {
  readonly command: string;
  readonly lines: readonly (readonly Span[])[];
}

/**
 * Returns an SVG document.
 *
 * @param columns of the terminal
 * @param title for screen readers
 */
export function renderTerminal(
  shown: readonly Shown[],
  { columns, title, scheme }: { readonly columns: number; readonly title: string; readonly scheme: Scheme },
): string {
  const palette = PALETTES[scheme];
  const lines = shown.flatMap(({ command, lines: output }) => [...promptLines(command), ...output]);
  const width = Math.ceil(columns * COLUMN + 2 * PADDING);
  const height = lines.length * LINE + 2 * PADDING;
  const font = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" role="img" font-family="${font}" font-size="${FONT}">`,
    `<title>${escapeText(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6" ` +
      `fill="${palette.page}" stroke="${palette.border}"/>`,
    ...lines.flatMap((spans, index) => lineShapes(spans, PADDING + (index + 0.75) * LINE, palette)),
    "</svg>\n",
  ].join("\n");
}

/** The lines of a command, the first behind a prompt. */
function promptLines(command: string): readonly (readonly Span[])[] {
  return command.split("\n").map((text, index) => [
    { text: index === 0 ? "$ " : "  ", colour: PROMPT, bold: false },
    { text, colour: undefined, bold: true },
  ]);
}

/** Stands for the prompt's colour, which is none of the eight. */
const PROMPT = -1;

/** Text with its width set, so that columns stand below each other in any font. */
function lineShapes(spans: readonly Span[], y: number, palette: Palette): readonly string[] {
  let column = 0;
  return spans.flatMap(({ text, colour, bold }) => {
    const x = PADDING + column * COLUMN;
    const length = [...text].length;
    column += length;
    if (text.trim() === "") return [];
    const fill =
      colour === PROMPT ? palette.prompt : colour === undefined ? palette.text : palette.colours[colour];
    const weight = bold ? ' font-weight="600"' : "";
    return [
      `<text x="${round(x)}" y="${round(y)}" fill="${fill ?? palette.text}"${weight} xml:space="preserve" ` +
        `textLength="${round(length * COLUMN)}">${escapeText(text)}</text>`,
    ];
  });
}
