/**
 * Reads what a test can follow in a page of documentation. A mark, an HTML comment on the line above a fenced
 * block, says what the block is:
 *
 *     <!-- test -->                 before ```sh: is run
 *                                   before ```console: each line after "$ " is run, and must print the rest
 *     <!-- test: needs gdb perf --> the same, skipped where one of these programs is missing
 *     <!-- test: file NAME -->      before any block: is the contents of this file
 *     <!-- untested: REASON -->     is not run, and why
 *     <!-- setup                    run, and not shown: what a page takes for granted. Ends with a line -->
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./folders.ts";

/** A fenced block, or the lines of a hidden set-up. */
export interface Block {
  /** The fence's word ("sh"); "setup" for a hidden one. */
  readonly language: string;
  /** The comment on the line before, without its arrows: "test: needs gdb". */
  readonly mark: string;
  readonly text: string;
  /** The last heading above it. */
  readonly heading: string;
  /** The line of the block's fence, from 1. */
  readonly line: number;
}

/** Commands of a page, and what they print where the page shows it. */
export interface Step {
  readonly script: string;
  readonly output: string | undefined;
}

/** Something to do: a file to write, or commands to run. */
export type Action =
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | { readonly kind: "run"; readonly steps: readonly Step[]; readonly needs: readonly string[] };

/** Fenced blocks and hidden set-ups of a page, in its order. */
export function blocksOf(page: string): readonly Block[] {
  const lines = readFileSync(join(ROOT, page), "utf8").split("\n");
  const blocks: Block[] = [];
  let heading = "";
  for (let at = 0; at < lines.length; at++) {
    const text = lines[at] ?? "";
    heading = /^#+ (.*)/.exec(text)?.[1] ?? heading;
    const fence = /^(`{3,})(\w*)/.exec(text);
    if (fence === null && text !== "<!-- setup") continue;
    const [end, language] = fence === null ? ["-->", "setup"] : [fence[1] ?? "", fence[2] ?? ""];
    const close = lines.indexOf(end, at + 1);
    if (close < 0) throw new Error(`${page}:${at + 1}: the block has no end`);
    const mark = /^<!-- (.*) -->$/.exec(lines[at - 1] ?? "")?.[1] ?? "";
    blocks.push({
      language,
      mark,
      heading,
      line: at + 1,
      text: `${lines.slice(at + 1, close).join("\n")}\n`,
    });
    at = close;
  }
  return blocks;
}

/** Returns the action that a block asks a test for, if any. */
export function actionOf({ language, mark, text }: Block): Action | undefined {
  if (language === "setup") return { kind: "run", steps: [{ script: text, output: undefined }], needs: [] };
  const name = /^test: file (.+)$/.exec(mark)?.[1];
  if (name !== undefined) return { kind: "file", name, text };
  const test = /^test(?:: needs (.+))?$/.exec(mark);
  if (test === null) return undefined;
  const steps = language === "console" ? stepsOf(text) : [{ script: text, output: undefined }];
  return { kind: "run", steps, needs: test[1]?.split(/[ ,]+/) ?? [] };
}

function stepsOf(console: string): readonly Step[] {
  const [before, ...commands] = console.split(/^\$ /m);
  if (before !== "") throw new Error(`a console block should begin with "$ ": ${before}`);
  return commands.map((text) => {
    // A command goes on after a backslash, as in a shell.
    const script = /^(?:.*\\\n)*.*\n?/.exec(text)?.[0] ?? text;
    return { script, output: text.slice(script.length) };
  });
}

/** Whether a command printed what a page shows. In a page, `…` stands for anything. */
export function matches(printed: string, shown: string): boolean {
  const parts = shown
    .trimEnd()
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`).test(printed.trimEnd());
}
