/** The files that the tidy check reads, and what a rule says about one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listFiles, root } from "../script.ts";

/** A file of the checkout. */
export interface Source {
  /** Relative to the checkout, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Whether .gitattributes says that a program writes it. */
  readonly generated: boolean;
}

/** One place that breaks a rule. */
export interface Offence {
  readonly rule: string;
  readonly path: string;
  /** From 1; absent where the whole file is meant. */
  readonly line?: number;
  readonly message: string;
}

/** Looks at all files at once. */
export type Rule = (sources: readonly Source[]) => readonly Offence[];

/** Whether a file holds code that people write, in a language with rules of its own. */
export function isCode({ path, generated }: Source): boolean {
  return !generated && /\.(?:ts|js|zig)$/.test(path);
}

/** Whether a file is a test, or a fixture that only tests read. */
export function isTest(path: string): boolean {
  return path.startsWith("tests/") || path.endsWith("_test.zig");
}

/** Returns what `look` finds in each line, which it gets with its number from 1. */
export function inLines(
  { text }: Source,
  look: (line: string, number: number) => Offence | undefined,
): readonly Offence[] {
  return text.split("\n").flatMap((line, index) => look(line, index + 1) ?? []);
}

/** Reads all texts of the checkout. Binary files and data of tests are none. */
export async function readSources(): Promise<readonly Source[]> {
  const paths = (await listFiles()).filter((path) => /\.(?:ts|js|zig|md|json|svg|S|sh)$/.test(path));
  const patterns = generatedPatterns();
  return paths.map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
    generated: patterns.some((pattern) => pattern.match(path)),
  }));
}

function generatedPatterns(): readonly Bun.Glob[] {
  const lines = readFileSync(join(root, ".gitattributes"), "utf8").split("\n");
  return lines.flatMap((line) => {
    const [pattern, ...attributes] = line.split(" ");
    return pattern !== undefined && attributes.includes("linguist-generated") ? [new Bun.Glob(pattern)] : [];
  });
}
