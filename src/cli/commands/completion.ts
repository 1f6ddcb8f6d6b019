/** `mgo completion SHELL`, and `mgo __complete WORD…`, which the shells' scripts ask. */

import { MgoError } from "../../system/error.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments } from "../arguments.ts";
import { complete } from "../completion/complete.ts";
import { SCRIPTS, SHELLS } from "../completion/scripts.ts";
import { COMPLETION } from "../reference/commands/completion.ts";

export function run(args: readonly string[]): number {
  const { files: words } = parseArguments(COMPLETION, args);
  const shell = SHELLS.find((known) => known === words[0]);
  if (shell === undefined || words.length > 1) {
    throw new MgoError(`completion: for which shell? It is one of ${SHELLS.join(", ")}`, { status: 2 });
  }
  writeStdout(SCRIPTS[shell]);
  return 0;
}

/**
 * Prints what may stand next: a line with what paths the shell should add and what of the word stays in front of all,
 * then a line for each word, with what it is for behind a tab.
 *
 * @param words those of the command line, the last one as far as it has been typed
 */
export function answer(words: readonly string[]): number {
  const { paths, prefix, words: found } = complete(words.slice(0, -1), words.at(-1) ?? "");
  // Lines are what the scripts read.
  if (prefix.includes("\n")) return 0;
  const lines = [`${paths}\t${prefix}`, ...found.map(({ text, summary }) => `${text}\t${summary}`)];
  writeStdout(`${lines.join("\n")}\n`);
  return 0;
}
