/** How long lines, functions and files may be. Biome counts the functions of TypeScript: see biome.json. */
import { inLines, isCode, isTest, type Offence, type Rule, type Source } from "./source.ts";

/** In columns. */
const LINE_MAX = { ts: 110, zig: 120 } as const;
/** In lines. */
const FILE_MAX = { test: 400, other: 300 } as const;
/** In lines, from the first of the signature to the closing brace. */
export const FUNCTION_MAX = 60;

/** A line whose end cannot be broken off: it is one word, as an address or a hash is. */
const UNBREAKABLE = /^\s*(?:\/\/[/!]? |\* |\S+ )?\S+$/;

export const lineLength: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) => {
    const max = source.path.endsWith(".zig") ? LINE_MAX.zig : LINE_MAX.ts;
    return inLines(source, (line, number) => {
      const columns = [...line].length;
      if (columns <= max || UNBREAKABLE.test(line)) return undefined;
      return offence("line-length", source, `${columns} columns, ${max} at most`, number);
    });
  });

export const fileLength: Rule = (sources) =>
  sources.filter(isCode).flatMap((source) => {
    const lines = source.text.trimEnd().split("\n").length;
    const max = isTest(source.path) ? FILE_MAX.test : FILE_MAX.other;
    return lines > max ? [offence("file-length", source, `${lines} lines, ${max} at most`)] : [];
  });

export const emptyFile: Rule = (sources) =>
  sources
    .filter(({ text }) => text.trim() === "")
    .map((source) => offence("empty-file", source, "nothing is in it"));

/** `zig fmt` puts a function's closing brace below the first letter of its signature. */
export const functionLength: Rule = (sources) =>
  sources
    .filter(({ path, generated }) => path.endsWith(".zig") && !generated && !isTest(path))
    .flatMap((source) => {
      const lines = source.text.split("\n");
      return inLines(source, (line, number) => {
        const [, indent, name] =
          /^( *)(?:(?:pub|export|inline|noinline) )*fn (\w+)\((?!.*\}$)/.exec(line) ?? [];
        if (indent === undefined) return undefined;
        const length = lines.indexOf(`${indent}}`, number) + 2 - number;
        if (length <= FUNCTION_MAX) return undefined;
        return offence(
          "function-length",
          source,
          `${name}: ${length} lines, ${FUNCTION_MAX} at most`,
          number,
        );
      });
    });

function offence(rule: string, { path }: Source, message: string, line?: number): Offence {
  return line === undefined ? { rule, path, message } : { rule, path, line, message };
}
