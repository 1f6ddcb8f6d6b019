/** The Markdown pages as a whole: each is found, and all that they name exists. Lint checks their links. */
import { describe, expect, test } from "bun:test";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { COMMANDS } from "../../src/cli/reference/commands.ts";
import { GO_COMMANDS } from "../../src/cli/reference/go-commands.ts";
import { BUNDLE_VARIABLES, VARIABLES } from "../../src/cli/reference/variables.ts";
import { MGO_FLAGS } from "../../src/pipeline/flags.ts";
import { ROOT } from "../support/folders.ts";
import { actionOf, blocksOf } from "../support/pages.ts";

const PAGES = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
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

/** The pages of docs that a page links, each as often as it does. */
function linksOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s#]+)/g)].map(([, target = ""]) =>
    normalize(join(dirname(page), target)),
  );
}

describe.each(PAGES)("%s", (page) => {
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

test("the README has the two lines that start from nothing, and one block for CI", () => {
  expect(textOf("README.md").match(/^npm ci && /gm)).toHaveLength(2);
  expect(blocksOf("README.md").filter(({ mark }) => mark.startsWith("ci: "))).toHaveLength(1);
});

test("the README has 120 lines at most", () => {
  expect(textOf("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(120);
});

test("every address of mgo is the one in package.json", () => {
  const { stdout } = Bun.spawnSync(["git", "grep", "-hoE", "github.com/mgo-build/[A-Za-z0-9._-]+"], {
    cwd: ROOT,
  });
  const found = new Set(stdout.toString().trim().split("\n"));
  expect([...found].map((address) => `https://${address.replace(/\.git$/, "")}`)).toContain(
    packageJson.homepage,
  );
  expect(new Set([...found].map((address) => address.replace(/\.git$/, "")))).toEqual(
    new Set([new URL(packageJson.homepage).host + new URL(packageJson.homepage).pathname]),
  );
});

test("every promise of npx, bunx or a download is of the name and version in package.json", () => {
  const { name, version } = packageJson;
  const pages = PAGES.filter((page) => page !== "CHANGELOG.md").map(textOf);
  const names = pages.flatMap((text) => [...text.matchAll(/\b(?:npx|bunx) (?:--\S+ )*([a-z@][\w@./-]*)/g)]);
  // Zig is a tool of the checkout.
  const known = [name, `${name}@${version}`, "zig"];
  expect(names.map(([, word = ""]) => word).filter((word) => !known.includes(word))).toEqual([]);
  expect(names.length).toBeGreaterThan(5);
  const { stdout } = Bun.spawnSync(["git", "grep", "-hoE", "releases/download/v[0-9.]+[0-9]"], { cwd: ROOT });
  expect(new Set(stdout.toString().trim().split("\n"))).toEqual(new Set([`releases/download/v${version}`]));
});
