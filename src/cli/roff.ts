/** Text for man pages, in the man(7) macros that groff and mandoc share. */
import { wrapText } from "../system/text.ts";
import { glue } from "./reference/format.ts";

/** Columns of the source's lines: mandoc warns of 80 and more. */
const COLUMNS = 78;

/** A paragraph's lines. Backquotes hold literal text, in which words in capitals are placeholders. */
export function paragraph(text: string): readonly string[] {
  const parts = text.split("`").map((part, index) => (index % 2 === 0 ? escapeRoff(part) : literal(part)));
  return wrapText(parts.join(""), "", COLUMNS).map((line) => (/^[.']/.test(line) ? `\\&${line}` : line));
}

/** Literal text in bold, its placeholders (words in capitals) in italics. */
export function literal(text: string): string {
  const parts = text.split(/(\b[A-Z]{2,}\b(?![=_]))/).map((part, index) => {
    if (part === "") return "";
    // Names of variables are no placeholders.
    return index % 2 === 1 && !/^(?:GO|MGO|NO|XDG)/.test(part)
      ? `\\fI${part}\\fR`
      : `\\fB${escapeLiteral(part)}\\fR`;
  });
  return parts.join("");
}

/** An argument of a macro, in quotes. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A synopsis: its first word and its flags are literal, words in capitals are placeholders. */
export function synopsis(text: string): string {
  return glue(text)
    .split(/([[\] \u00a0|]|\.\.\.)/)
    .map((word, index) => {
      if (word === "" || index % 2 === 1) return word;
      if (index === 0 || word.startsWith("-")) return literal(word);
      return /^[A-Z]+$/.test(word) ? `\\fI${word}\\fR` : escapeLiteral(word);
    })
    .join("")
    .replaceAll("\u00a0", "\\ ");
}

function escapeRoff(text: string): string {
  return text.replaceAll("\\", "\\e");
}

/** Escapes signs that typesetters would turn into prettier ones, which cannot be copied and run. */
function escapeLiteral(text: string): string {
  return escapeRoff(text)
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti");
}
