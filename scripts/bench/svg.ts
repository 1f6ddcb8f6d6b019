/** SVG as text: a few shapes, one style for light and dark pages. */

/**
 * Colours that can be read on GitHub's white (#ffffff) and on its darkest page (#0d1117). A media query would
 * follow the browser's scheme, which need not be that of the page around the picture.
 */
export const COLOURS = {
  text: "#768088",
  line: "#8c959f",
  series: ["#3b82f6", "#2da44e", "#9a8c98", "#b7791f", "#a855f7", "#0e9aa7"],
} as const;

/** Estimates the width of a text, in pixels: the font is the reader's. */
export function textWidth(text: string, size: number): number {
  return text.length * size * 0.56;
}

export function text(
  content: string,
  x: number,
  y: number,
  { anchor = "start", weight = "normal", size = 12 }: TextStyle = {},
): string {
  const style = [
    anchor === "start" ? "" : ` text-anchor="${anchor}"`,
    weight === "normal" ? "" : ` font-weight="${weight}"`,
    size === 12 ? "" : ` font-size="${size}"`,
  ].join("");
  return `<text x="${round(x)}" y="${round(y)}"${style}>${escapeText(content)}</text>`;
}

export interface TextStyle {
  readonly anchor?: "start" | "middle" | "end";
  readonly weight?: "normal" | "600";
  /** Pixels. */
  readonly size?: number;
}

export function rect(x: number, y: number, width: number, height: number, colour: string): string {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}"`;
  return `<rect ${place} rx="1" fill="${colour}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, opacity: number): string {
  const [from, to] = [`x1="${round(x1)}" y1="${round(y1)}"`, `x2="${round(x2)}" y2="${round(y2)}"`];
  return `<line ${from} ${to} stroke="${COLOURS.line}" stroke-opacity="${opacity}"/>`;
}

/**
 * Returns an SVG document.
 *
 * @param title for screen readers
 */
export function picture(width: number, height: number, title: string, shapes: readonly string[]): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const font = `font-family="system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" font-size="12"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" ${font} fill="${COLOURS.text}">`,
    `<title>${escapeText(title)}</title>`,
    ...shapes,
    "</svg>\n",
  ].join("\n");
}

/** Pixels as a picture has them, of one decimal. */
export function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** A text as XML has it between tags. */
export function escapeText(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
