/**
 * `node scripts/bun.js scripts/tidy.ts`, a part of `npm run lint`: checks habits that no other tool checks.
 *
 * scripts/tidy/known.json lists, by rule, files that break it and may for now; `--shrink` takes those out of
 * it that no longer do. When it is empty, it and all that reads it can go.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deadFile, importDirection } from "./tidy/imports.ts";
import { emptyFile, fileLength, functionLength, lineLength } from "./tidy/lengths.ts";
import { pageLink } from "./tidy/pages.ts";
import { commentOpening, titleOpening } from "./tidy/prose.ts";
import type { Offence, Source } from "./tidy/source.ts";

type Known = Readonly<Record<string, readonly string[]>>;

const root = dirname(import.meta.dir);
const knownPath = join(root, "scripts", "tidy", "known.json");

const sources = readSources();
const offences = [
  lineLength,
  fileLength,
  functionLength,
  emptyFile,
  deadFile,
  importDirection,
  commentOpening,
  titleOpening,
  pageLink,
].flatMap((rule) => rule(sources));
const known: Known = JSON.parse(readFileSync(knownPath, "utf8"));

const isKnown = ({ rule, path }: Offence): boolean => known[rule]?.includes(path) === true;
const fresh = offences.filter((offence) => !isKnown(offence));
for (const { rule, path, line, message } of fresh) {
  process.stderr.write(`${path}${line === undefined ? "" : `:${line}`}: ${rule}: ${message}\n`);
}
const mended = Object.entries(known).flatMap(([rule, paths]) =>
  paths.filter((path) => !offences.some((one) => one.rule === rule && one.path === path)),
);
if (process.argv.includes("--shrink")) {
  shrink(offences.filter(isKnown));
} else if (mended.length > 0) {
  process.stderr.write(
    `tidy: ${mended.length} files of scripts/tidy/known.json keep the rules now: --shrink takes them out\n`,
  );
}
process.exitCode = fresh.length > 0 ? 1 : 0;

/** Everything that git tracks or would, but for binary files and what tests read as data. */
function readSources(): readonly Source[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  const paths = listed
    .toString()
    .split("\0")
    .filter((path) => /\.(?:ts|js|zig|md|json|S|sh)$/.test(path));
  const generated = generatedPatterns();
  return paths.flatMap((path) => {
    try {
      const text = readFileSync(join(root, path), "utf8");
      return [{ path, text, generated: generated.some((pattern) => pattern.match(path)) }];
    } catch {
      // Removed, and git does not know yet.
      return [];
    }
  });
}

function generatedPatterns(): readonly Bun.Glob[] {
  const lines = readFileSync(join(root, ".gitattributes"), "utf8").split("\n");
  return lines.flatMap((line) => {
    const [pattern, ...attributes] = line.split(" ");
    return pattern !== undefined && attributes.includes("linguist-generated") ? [new Bun.Glob(pattern)] : [];
  });
}

function shrink(remaining: readonly Offence[]): void {
  const rules = [...new Set(remaining.map(({ rule }) => rule))].toSorted();
  const entries = rules.map((rule) => {
    const paths = remaining.filter((one) => one.rule === rule).map(({ path }) => path);
    return [rule, [...new Set(paths)].toSorted()];
  });
  writeFileSync(knownPath, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}
