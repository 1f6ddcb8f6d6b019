/** The programs that are measured: those of scripts/programs.json, and files that were built elsewhere. */
import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { LEVELS } from "../../src/levels/level.ts";
import listed from "../programs.json" with { type: "json" };
import { UsageError } from "../script.ts";

export interface Program {
  readonly name: string;
  /** A few words for the reader of the table. */
  readonly what: string;
  /** The package to build, from the module proxy or, without a version, from Go itself. */
  readonly package?: string | undefined;
  readonly version?: string | undefined;
  /** A folder below scripts/bench/sources with the main package, which may import `package`. */
  readonly source?: string | undefined;
  /** Paths of the variants by level, v1 first, where they are built already. */
  readonly variants?: readonly string[] | undefined;
  /** Linked by the system's C toolchain. */
  readonly cgo?: boolean | undefined;
  readonly pie?: boolean | undefined;
  /** Built for other architectures, too, to measure its size there. */
  readonly architectures?: boolean | undefined;
  /** With symbols and debug data, as plain `go build` has it. */
  readonly unstripped?: boolean | undefined;
  /** More words for `-ldflags`. */
  readonly ldflags?: string | undefined;
  /** With these it starts, does little, and ends. */
  readonly args: readonly string[];
  /** With these it stays while its standard input is open. */
  readonly stay?: readonly string[] | undefined;
}

/** Arguments of programs that are given as files. */
export interface Arguments {
  readonly args: readonly string[];
  readonly stay: readonly string[] | undefined;
}

/**
 * Returns the programs that the command line names, or the whole list if it names none.
 *
 * @param words names of the list, folders with four variants, and variants, four in a row
 * @throws UsageError for any other word
 */
export function choosePrograms(words: readonly string[], given: Arguments): readonly Program[] {
  if (words.length === 0) return listed;
  const programs: Program[] = [];
  let files: string[] = [];
  for (const word of words) {
    const known = listed.find(({ name }) => name === word);
    if (known !== undefined) {
      programs.push(known);
      continue;
    }
    const found = statSync(word, { throwIfNoEntry: false });
    if (found === undefined) {
      throw new UsageError(`${word}: no file, and none of ${listed.map(({ name }) => name).join(", ")}`);
    }
    if (found.isDirectory()) {
      programs.push(fromFiles(basename(resolve(word)), variantsIn(word), given));
      continue;
    }
    files.push(resolve(word));
    if (files.length < LEVELS.length) continue;
    programs.push(fromFiles(basename(files[0] ?? "").replace(/[._-]v1$/, ""), files, given));
    files = [];
  }
  if (files.length > 0) throw new UsageError(`${files.join(", ")}: four variants are needed, v1 first`);
  return programs;
}

/** Returns the four files of a folder that are named `v1` or end in `.v1`, `-v1` or `_v1`, and so on. */
function variantsIn(folder: string): readonly string[] {
  const names = readdirSync(folder);
  return LEVELS.map((level) => {
    const matching = names.filter((name) => new RegExp(`(^|[._-])${level}$`).test(name));
    const [name] = matching;
    if (name === undefined || matching.length > 1) {
      throw new UsageError(`${folder}: ${matching.length} files for ${level}, not one`);
    }
    return resolve(join(folder, name));
  });
}

function fromFiles(name: string, variants: readonly string[], { args, stay }: Arguments): Program {
  return { name, what: "given as files", variants, args, stay };
}
