/** `mgo completion SHELL`, and `mgo __complete WORD…`, which the scripts of the shells run. */
import { isArchitecture } from "../../levels/level.ts";
import { nativeArchitecture } from "../../levels/native.ts";
import { MgoError } from "../../system/error.ts";
import type { Context } from "../../system/process.ts";
import { writeStdout } from "../../system/streams.ts";
import { parseArguments } from "../arguments.ts";
import { complete } from "../completion/complete.ts";
import { SCRIPTS, SHELLS } from "../completion/scripts.ts";
import { COMPLETION } from "../reference/commands/completion.ts";

export function run(args: readonly string[]): number {
  const { files: words } = parseArguments(COMPLETION, args);
  const shell = SHELLS.find((known) => known === words[0]);
  if (shell === undefined || words.length > 1) {
    throw new MgoError(`completion: it takes one of ${SHELLS.join(", ")}`, { status: 2 });
  }
  writeStdout(SCRIPTS[shell]);
  return 0;
}

/**
 * Prints what can be typed next: a line with the kind of paths that the shell should add and the prefix of
 * all words, with a tab between them, then a line for each word, with a tab before its summary.
 *
 * @param words of the command line, the last one as far as it has been typed
 */
export function answer(words: readonly string[], { env }: Pick<Context, "env">): number {
  const goarch = env.GOARCH ?? "";
  const target = isArchitecture(goarch) ? goarch : (nativeArchitecture() ?? "amd64");
  const { paths, prefix, words: found } = complete(words.slice(0, -1), words.at(-1) ?? "", target);
  // The scripts read lines.
  if (prefix.includes("\n")) return 0;
  const lines = [`${paths}\t${prefix}`, ...found.map(({ text, summary }) => `${text}\t${summary}`)];
  writeStdout(`${lines.join("\n")}\n`);
  return 0;
}
