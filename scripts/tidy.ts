/**
 * `npm run tidy`, a part of `npm run lint`: checks habits that no other tool checks, each by a rule of
 * scripts/tidy.
 */
import { listFiles, runScript } from "./script.ts";
import { generatedPage } from "./tidy/generated.ts";
import { deadFile, importDirection } from "./tidy/imports.ts";
import { emptyFile, fileLength, functionLength, lineLength } from "./tidy/lengths.ts";
import { linkAmong } from "./tidy/links.ts";
import { pageLink } from "./tidy/pages.ts";
import { commentOpening, titleOpening } from "./tidy/prose.ts";
import { readSources } from "./tidy/source.ts";

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
  generatedPage,
];

await runScript(import.meta.path, {}, async () => {
  const sources = await readSources();
  for (const { rule, path, line, message } of [...RULES, linkAmong(await listFiles())].flatMap((check) =>
    check(sources),
  )) {
    process.stderr.write(`${path}${line === undefined ? "" : `:${line}`}: ${rule}: ${message}\n`);
    process.exitCode = 1;
  }
});
