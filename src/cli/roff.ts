/** Text for man pages, in the man(7) macros that groff and mandoc share. */

/** Lines of the source: mandoc finds longer ones hard to read. */
const WIDTH = 78;

/** A paragraph's lines. What is literal stands in backquotes, and words in capitals in it stand for something. */
export function paragraph(text: string): readonly string[] {
  return breakLines(
    text
      .split("`")
      .map((part, index) => (index % 2 === 0 ? escapeRoff(part) : literal(part)))
      .join(""),
  );
}

/** What a user types as it is, in bold, but for words in capitals, which stand for something. */
export function literal(text: string): string {
  const parts = text.split(/(\b[A-Z]{2,}\b(?![=_]))/).map((part, index) => {
    if (part === "") return "";
    // Names of variables stand for themselves.
    return index % 2 === 1 && !/^(?:GO|MGO|NO|XDG)/.test(part)
      ? `\\fI${part}\\fR`
      : `\\fB${escapeLiteral(part)}\\fR`;
  });
  return parts.join("");
}

/** A heading, an argument of a macro that is quoted. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A synopsis: words with dashes and the first one are typed as they are. Lines break between flags. */
export function synopsis(text: string): string {
  return text
    .replaceAll(/\[[^\]]*\]|-[a-z] [A-Z]+/g, (together) => together.replaceAll(" ", "\u00a0"))
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

/** Signs that typesetters make prettier, and that then cannot be copied. */
function escapeLiteral(text: string): string {
  return escapeRoff(text)
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti");
}

function breakLines(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => (/^[.']/.test(each) ? `\\&${each}` : each));
}
