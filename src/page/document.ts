/**
 * Pages that mgo writes. Each is one file that needs nothing else, without scripts, for light and dark
 * schemes and for 320 pixels of width or more.
 */
import { STYLE } from "./style.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** Escapes text for HTML, in contents and in attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Escapes a name that may be long, and lets it break after its parts. */
export function escapeName(name: string): string {
  return escapeHtml(name).replaceAll(/[/,=_]/g, "$&<wbr>");
}

/** A page to render. */
export interface Page {
  readonly title: string;
  /** HTML of the main parts, in order. */
  readonly parts: readonly string[];
}

/** Returns the whole document. Its policy keeps browsers from fetching anything. */
export function renderPage({ title, parts }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style>
${STYLE}</style>
</head>
<body>
<main>
${parts.join("\n")}
</main>
</body>
</html>
`;
}

/** Returns a part with a heading. */
export function section(heading: string, ...contents: readonly string[]): string {
  return `<section>\n<h2>${escapeHtml(heading)}</h2>\n${contents.join("\n")}\n</section>`;
}

/**
 * Returns a picture that is stretched to the width of its box.
 *
 * @param label for screen readers
 */
export function picture(width: number, height: number, label: string, shapes: readonly string[]): string {
  const box = `viewBox="0 0 ${width} ${height}" preserveAspectRatio="none"`;
  return `<svg ${box} role="img" aria-label="${escapeHtml(label)}">${shapes.join("")}</svg>`;
}

/** Returns a list of names and values. */
export function facts(list: readonly (readonly [string, string])[]): string {
  const items = list.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">\n${items.join("\n")}\n</dl>`;
}

export interface TableCell {
  readonly text: string;
  /** A class of style.ts. */
  readonly kind?: string;
  readonly span?: number;
}

/** Returns a table that scrolls in its own box on a narrow page; the first column stays in sight. */
export function table(
  label: string,
  head: readonly (readonly TableCell[])[],
  body: readonly (readonly TableCell[])[],
): string {
  const cell = ({ text, kind, span }: TableCell, tag: string, scope = ""): string => {
    const attributes = [
      scope === "" ? "" : ` scope="${scope}"`,
      kind === undefined ? "" : ` class="${kind}"`,
      span === undefined ? "" : ` colspan="${span}"`,
    ].join("");
    return `<${tag}${attributes}>${tag === "th" ? escapeName(text) : escapeHtml(text)}</${tag}>`;
  };
  const headCell = (found: TableCell): string =>
    found.text === "" ? cell(found, "td") : cell(found, "th", found.span === undefined ? "col" : "colgroup");
  const heads = head.map((cells) => `<tr>${cells.map(headCell).join("")}</tr>`);
  const rowCell = (found: TableCell, index: number): string =>
    index > 0 ? cell(found, "td") : cell(found, "th", found.span === undefined ? "row" : "rowgroup");
  const rows = body.map((cells) => `<tr>${cells.map(rowCell).join("")}</tr>`);
  return `<div class="scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0">
<table>
<thead>
${heads.join("\n")}
</thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</div>`;
}
