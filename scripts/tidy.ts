/**
 * `npm run tidy`, a part of `npm run lint`: checks habits that no other tool checks.
 *
 * scripts/tidy/known.json lists, by rule, files that break it and may for now; `--shrink` takes those out of
 * it that no longer do. When it is empty, it and all that reads it can go.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, runScript } from "./script.ts";
import { deadFile, importDirection } from "./tidy/imports.ts";
import { emptyFile, fileLength, functionLength, lineLength } from "./tidy/lengths.ts";
import { pageLink } from "./tidy/pages.ts";
import { commentOpening, titleOpening } from "./tidy/prose.ts";
import { type Offence, readSources } from "./tidy/source.ts";

type Known = Readonly<Record<string, readonly string[]>>;

const RULES = [
  lineLength,
  fileLength,
  functionLength,
  emptyFile,
  deadFile,
  importDirection,
  commentOpening,
  titleOpening,
  pageLink,
];
const knownPath = join(root, "scripts", "tidy", "known.json");

await runScript(import.meta.path, { shrink: { type: "boolean" } }, async ({ values }) => {
  const sources = await readSources();
  const offences = RULES.flatMap((rule) => rule(sources));
  const known: Known = JSON.parse(readFileSync(knownPath, "utf8"));
  const isKnown = ({ rule, path }: Offence): boolean => known[rule]?.includes(path) === true;
  for (const offence of offences) {
    if (isKnown(offence)) continue;
    const { rule, path, line, message } = offence;
    process.stderr.write(`${path}${line === undefined ? "" : `:${line}`}: ${rule}: ${message}\n`);
    process.exitCode = 1;
  }
  const mended = Object.entries(known).flatMap(([rule, paths]) =>
    paths.filter((path) => !offences.some((one) => one.rule === rule && one.path === path)),
  );
  if (values.shrink === true) {
    shrink(offences.filter(isKnown));
  } else if (mended.length > 0) {
    const count = `${mended.length} entries of scripts/tidy/known.json do not apply any more`;
    process.stderr.write(`tidy: ${count}\nhint: npm run tidy -- --shrink\n`);
  }
});

function shrink(remaining: readonly Offence[]): void {
  const rules = [...new Set(remaining.map(({ rule }) => rule))].toSorted();
  const entries = rules.map((rule) => {
    const paths = remaining.filter((one) => one.rule === rule).map(({ path }) => path);
    return [rule, [...new Set(paths)].toSorted()];
  });
  writeFileSync(knownPath, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}
