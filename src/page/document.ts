/**
 * Pages that mgo writes: one file that needs nothing else, without scripts, for light and dark schemes, from 320 pixels
 * of width on.
 */
import { STYLE } from "./style.ts";

/** Text as HTML has it, in contents and in attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A name that may be long: it is broken behind its parts rather than anywhere. */
export function escapeName(name: string): string {
  return escapeHtml(name).replaceAll(/[/,=_]/g, "$&<wbr>");
}

/** A title, a list of facts, and sections. */
export interface Page {
  readonly title: string;
  /** HTML of the page's main parts, in their order. */
  readonly parts: readonly string[];
}

/** @returns the whole document; nothing in it may be fetched, which the policy has browsers see to */
export function renderPage({ title, parts }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
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

/** A part with a heading. */
export function section(heading: string, ...contents: readonly string[]): string {
  return `<section>\n<h2>${escapeHtml(heading)}</h2>\n${contents.join("\n")}\n</section>`;
}

/** Names and values, one beside the other. */
export function facts(list: readonly (readonly [string, string])[]): string {
  const items = list.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">\n${items.join("\n")}\n</dl>`;
}

export interface TableCell {
  readonly text: string;
  /** A class of the style. */
  readonly kind?: string;
  readonly span?: number;
}

/** A table that scrolls in its own box where the page is narrower; the first column stays in sight. */
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
  const rows = body.map(
    ([first, ...rest]) =>
      `<tr>${first === undefined ? "" : cell(first, "th", first.span === undefined ? "row" : "rowgroup")}${rest.map((found) => cell(found, "td")).join("")}</tr>`,
  );
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
