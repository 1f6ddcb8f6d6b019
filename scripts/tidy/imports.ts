/** Which module may import which, and that each is imported. */
import { dirname, join } from "node:path/posix";
import { isCode, type Rule, type Source } from "./source.ts";

/** The rooms of src. One may import from those in later rows, not from its neighbours in a row. */
const ROOMS: readonly (readonly string[])[] = [
  ["entry"],
  ["cli"],
  ["bench"],
  ["pipeline", "page"],
  ["bundle", "go"],
  ["levels"],
  ["engine"],
  ["system"],
];

/** Modules that nothing imports, because programs start them or read them as text. */
const ENTRIES: readonly RegExp[] = [
  /\.(?:test|d)\.ts$/,
  /^tests\/support\/setup\.ts$/,
  /^tests\/launcher\/payload\/make\.ts$/,
  /^scripts\/[\w-]+\.[tj]s$/,
  /^scripts\/bench\/starter\/main\.zig$/,
  /^src\/entry\//,
  /^src\/cli\/main\.ts$/,
  /^(?:launcher|build)\.zig$/,
];

const TYPESCRIPT_IMPORT = /\b(?:from |import |import\(|require\(|new URL\()"(\.[^"]+)"/g;
/** Imports, and the roots of modules, which build.zig and what it imports name from the checkout's root. */
const ZIG_IMPORT = /"([\w./]+\.zig)"/g;

interface Import {
  readonly line: number;
  /** The imported file, relative to the checkout. */
  readonly to: string;
}

/** The relative imports of a module, those of types included. */
function importsOf({ path, text }: Source): readonly Import[] {
  const isZig = path.endsWith(".zig");
  return text
    .split("\n")
    .flatMap((line, index) =>
      [...line.matchAll(isZig ? ZIG_IMPORT : TYPESCRIPT_IMPORT)].flatMap(([, name = ""]) =>
        [join(dirname(path), name), ...(isZig ? [name] : [])].map((to) => ({ line: index + 1, to })),
      ),
    );
}

/** In src, imports lead to the same room or to one in a later row of ROOMS. */
export const importDirection: Rule = (sources) =>
  sources
    .filter((source) => isCode(source) && source.path.startsWith("src/"))
    .flatMap((source) =>
      importsOf(source)
        .filter(({ to }) => !mayImport(source.path, to))
        .map(({ line, to }) => ({
          rule: "import-direction",
          path: source.path,
          line,
          message: `must not import ${to}`,
        })),
    );

function mayImport(path: string, to: string): boolean {
  const [from, other] = [roomOf(path), roomOf(to)];
  // Beside src there are what Zig compiled, and mgo's version.
  if (other === undefined) return !/^(?:scripts|tests)\//.test(to);
  return from === other || rank(from) < rank(other);
}

function roomOf(path: string): string | undefined {
  return /^src\/(\w+)\//.exec(path)?.[1];
}

function rank(room: string | undefined): number {
  return ROOMS.findIndex((row) => row.some((name) => name === room));
}

/** Each module is imported by another or is one of ENTRIES. */
export const deadFile: Rule = (sources) => {
  const modules = sources.filter(({ path }) => /\.(?:ts|js|zig)$/.test(path));
  const imported = new Set(modules.flatMap(importsOf).map(({ to }) => to));
  return modules
    .filter(({ path }) => !imported.has(path) && !ENTRIES.some((entry) => entry.test(path)))
    .map(({ path }) => ({ rule: "dead-file", path, message: "no module imports it" }));
};
