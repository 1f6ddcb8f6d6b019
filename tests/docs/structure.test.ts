/** The Markdown pages as a whole: links lead somewhere, pages are found, and all that they name exists. */
import { describe, expect, test } from "bun:test";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { COMMANDS } from "../../src/cli/reference/commands.ts";
import { GO_COMMANDS } from "../../src/cli/reference/go-commands.ts";
import { BUNDLE_STATUSES } from "../../src/cli/reference/statuses.ts";
import { BUNDLE_VARIABLES, VARIABLES } from "../../src/cli/reference/variables.ts";
import { MGO_FLAGS } from "../../src/pipeline/flags.ts";
import { ROOT } from "../support/folders.ts";
import { actionOf, blocksOf } from "../support/pages.ts";

const PAGES = [
  "README.md",
  "CHANGELOG.md",
  "SECURITY.md",
  ...globSync("{docs,examples}/**/*.md", { cwd: ROOT }),
].toSorted();
const DOCS = PAGES.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");

const FENCED = /^(`{3,}).*\n([\s\S]*?)^\1$/gm;

const textOf = (page: string): string => readFileSync(join(ROOT, page), "utf8");
/** The page without its fenced blocks. */
const proseOf = (page: string): string => textOf(page).replaceAll(FENCED, "");

/** Words in backquotes, and the lines of fenced blocks. */
function codeOf(page: string): readonly string[] {
  const inline = [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return [...inline, ...[...textOf(page).matchAll(FENCED)].flatMap(([, , block = ""]) => block.split("\n"))];
}

interface Link {
  readonly file: string;
  readonly anchor: string | undefined;
}

function linksOf(page: string): readonly Link[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", anchor] = target.split("#");
    return [{ file: path === "" ? page : normalize(join(dirname(page), path)), anchor }];
  });
}

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => text);
  return new Set(
    headings.map((text) =>
      text
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(/\s/g, "-"),
    ),
  );
}

describe.each(PAGES)("%s", (page) => {
  test("links only to files and headings that are there", () => {
    const broken = linksOf(page).filter(({ file, anchor }) => {
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).has(anchor);
    });
    expect(broken.map(({ file, anchor }) => `${file}#${anchor ?? ""}`)).toEqual([]);
  });

  test("names only flags and variables that mgo has", () => {
    const flags = new Set<string>(MGO_FLAGS.map(({ name }) => `-${name}`));
    const named = [...textOf(page).matchAll(/-mgo\.[a-z-]+/g)].map(([name]) => name);
    expect(named.filter((name) => !flags.has(name))).toEqual([]);

    const debug: readonly string[] = [...VARIABLES, ...BUNDLE_VARIABLES].flatMap((entry) =>
      "value" in entry && entry.name === "MGODEBUG" ? [entry.value] : [],
    );
    const values = [...textOf(page).matchAll(/MGODEBUG=([a-z,]+)/g)].flatMap(([, list = ""]) =>
      list.split(","),
    );
    expect(values.filter((value) => !debug.includes(value))).toEqual([]);
  });

  test("names only commands that mgo or go has, and flags that those of mgo have", () => {
    const commands = new Map(COMMANDS.map((command) => [command.name as string, command]));
    const calls = codeOf(page).flatMap((line) => [
      ...line.matchAll(/(?:^|[$(|&;] ?)(?:npx |bunx )?mgo ([a-z]+)\b([^|&;]*)/g),
    ]);
    const wrong = calls.flatMap(([call, name = "", rest = ""]) => {
      const command = commands.get(name);
      if (command === undefined) return GO_COMMANDS.has(name) || name === "help" ? [] : [call];
      if ("isBuild" in command) return [];
      const known: readonly string[] = command.flags.map((flag) => flag.name);
      return [...rest.matchAll(/ --([a-z-]+)/g)]
        .filter(([, flag = ""]) => !known.includes(flag))
        .map(() => call);
    });
    expect(wrong).toEqual([]);
  });
});

test("every page of docs is in an index, and in one place only", () => {
  const linked = ["docs/README.md", "docs/decisions/README.md"]
    .flatMap(linksOf)
    .map(({ file }) => file)
    .filter((file) => DOCS.includes(file));
  expect(linked.toSorted()).toEqual(DOCS);
});

test.each(DOCS)("%s begins with its title and what it is for", (page) => {
  expect(textOf(page)).toMatch(/^# .+\n\n[^#\n|]/);
});

describe.each(DOCS)("%s", (page) => {
  test("has every command followed in a test, or says why not", () => {
    const silent = blocksOf(page).filter(
      (block) =>
        ["sh", "bash", "console"].includes(block.language) &&
        actionOf(block) === undefined &&
        !/^untested: \S/.test(block.mark),
    );
    expect(silent.map(({ line }) => `${page}:${line}`)).toEqual([]);
  });

  test("is followed by a test where it asks for one", () => {
    if (!blocksOf(page).some((block) => block.mark.startsWith("test"))) return;
    const tests = globSync("tests/**/*.test.ts", { cwd: ROOT }).filter((file) =>
      readFileSync(join(ROOT, file), "utf8").includes(`followPage("${page}"`),
    );
    expect(tests.length).toBeGreaterThan(0);
  });
});

test("the README has the two lines that start from nothing", () => {
  expect(textOf("README.md").match(/^npm ci && /gm)).toHaveLength(2);
});

test("the README names every flag, command, variable and status", () => {
  const text = textOf("README.md");
  const names = [
    ...MGO_FLAGS.map(({ name }) => `\`-${name}`),
    ...COMMANDS.filter(({ name }) => name !== "build").map(({ name }) => `| \`mgo ${name}`),
    ...VARIABLES.map(({ name }) => `| \`${name}`),
    ...BUNDLE_VARIABLES.map(({ name, value }) => `| \`${name}=${value.replaceAll("|", "\\|")}\``),
    ...BUNDLE_STATUSES.map(({ status, summary }) => `| ${status} | ${summary.slice(0, 30)}`),
  ];
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
});
