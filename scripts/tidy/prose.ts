/** How comments and titles of tests may begin: with a subject, or a verb. */
import { inLines, isCode, type Offence, type Rule, type Source } from "./source.ts";

const OPENING = /^(?:of|whoever|where|what|whose|that) /i;
/** The text of a line that is a comment. */
const COMMENT = /^\s*(?:\/\/[/!]?|\/\*\*?|\*(?!\/)) ?(.*)$/;
/** A title after `test(`, `describe.each(…)(` and the like; the title may stand on a line of its own. */
const TITLE = /^\s*(?:(?:test|describe)\b.*?\(|[\])}]+\)\(|test )["`](.+)["`]/;
const TITLE_ALONE = /^\s*["`](.+)["`],$/;

export const commentOpening: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) => {
    const lines = source.text.split("\n");
    return inLines(source, (line, number) => {
      const text = COMMENT.exec(line)?.[1];
      const before = COMMENT.exec(lines[number - 2] ?? "")?.[1] ?? "";
      return text !== undefined && before === "" && OPENING.test(text)
        ? offence("comment-opening", source, text, number)
        : undefined;
    });
  });

export const titleOpening: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) => {
    const lines = source.text.split("\n");
    return inLines(source, (line, number) => {
      const alone = /\($/.test(lines[number - 2] ?? "") ? TITLE_ALONE : undefined;
      const title = TITLE.exec(line)?.[1] ?? alone?.exec(line)?.[1];
      return title !== undefined && OPENING.test(title)
        ? offence("title-opening", source, title, number)
        : undefined;
    });
  });

function offence(rule: string, { path }: Source, text: string, line: number): Offence {
  return { rule, path, line, message: `starts with “${text.slice(0, 40)}”: name the subject first` };
}
