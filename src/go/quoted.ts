/** Words of flag variables (GOFLAGS, MGOFLAGS), split as Go splits them. */

const SPACE = /[ \t\n\r]/;

/**
 * Splits a variable at blanks, by the rules of Go's cmd/internal/quoted.Split. A word that begins with ' or "
 * reaches to the next such quote, with nothing unescaped inside; quotes further inside a word stand for
 * themselves.
 *
 * @returns undefined when a quote is never closed
 */
export function splitQuoted(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let rest = text;
  for (;;) {
    rest = rest.replace(/^[ \t\n\r]+/, "");
    const first = rest[0];
    if (first === undefined) return words;
    if (first === '"' || first === "'") {
      const end = rest.indexOf(first, 1);
      if (end < 0) return undefined;
      words.push(rest.slice(1, end));
      rest = rest.slice(end + 1);
    } else {
      const end = rest.search(SPACE);
      words.push(end < 0 ? rest : rest.slice(0, end));
      rest = end < 0 ? "" : rest.slice(end);
    }
  }
}

/** Writes a word as `splitQuoted` reads it; undefined for one that needs quotes and has both in it. */
export function quoteWord(word: string): string | undefined {
  if (word !== "" && !/^['"]/.test(word) && !SPACE.test(word)) return word;
  const quote = ["'", '"'].find((one) => !word.includes(one));
  return quote === undefined ? undefined : `${quote}${word}${quote}`;
}
