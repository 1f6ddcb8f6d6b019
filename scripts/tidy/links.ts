/** Links of pages that lead nowhere. */
import { dirname, normalize } from "node:path/posix";
import type { Offence, Rule, Source } from "./source.ts";

const FENCED = /^(`{3,}).*\n[\s\S]*?^\1$/gm;

/**
 * Makes the rule that a link to a file or folder leads to one that is there, and its anchor to one of its
 * headings.
 *
 * @param files all of the checkout, also those that are not text
 */
export function linkAmong(files: readonly string[]): Rule {
  const paths = new Set(files.flatMap((path) => [path, ...foldersOf(path)]));
  return (sources) => {
    const pages = new Map(sources.filter(isPage).map((page) => [page.path, anchorsOf(page)]));
    return sources.filter(isPage).flatMap((page) =>
      linksOf(page).flatMap(({ file, anchor, target, line }): readonly Offence[] => {
        const offence = { rule: "link", path: page.path, line };
        if (!paths.has(file)) return [{ ...offence, message: `${target} leads to no file` }];
        const anchors = pages.get(file);
        if (anchor === undefined || anchors === undefined || anchors.has(anchor)) return [];
        return [{ ...offence, message: `${target} leads to no heading` }];
      }),
    );
  };
}

function isPage({ path }: Source): boolean {
  return path.endsWith(".md");
}

/** Blanks out fenced blocks, and keeps their lines. */
function proseOf({ text }: Source): string {
  return text.replaceAll(FENCED, (block) => block.replaceAll(/[^\n]/g, ""));
}

interface Link {
  readonly file: string;
  readonly anchor: string | undefined;
  readonly target: string;
  readonly line: number;
}

function linksOf(page: Source): readonly Link[] {
  return proseOf(page)
    .split("\n")
    .flatMap((text, index) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
        if (/^[a-z]+:/.test(target)) return [];
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page.path : normalize(`${dirname(page.path)}/${path}`).replace(/\/$/, "");
        return [{ file, anchor, target, line: index + 1 }];
      }),
    );
}

/** The headings' anchors, as GitHub makes them: the second of two equal ones ends in -1. */
function anchorsOf(page: Source): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of proseOf(page).matchAll(/^#+ (.*)$/gm)) {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    let count = 0;
    while (anchors.has(count === 0 ? anchor : `${anchor}-${count}`)) count++;
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
