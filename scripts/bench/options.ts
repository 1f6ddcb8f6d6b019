/** The bench's command line. */
import { resolve } from "node:path";
import { splitQuoted } from "../../src/go/quoted.ts";
import { findProgram } from "../../src/system/process.ts";
import { UsageError } from "../script.ts";
import { choosePrograms, type Program } from "./programs.ts";

export interface Options {
  readonly programs: readonly Program[];
  readonly peers: string | undefined;
  readonly layouts: readonly string[];
  readonly rounds: number;
  readonly cpus: number | undefined;
  readonly cold: string | undefined;
  readonly slow: readonly number[];
  readonly mgo: readonly [string, ...string[]] | undefined;
  readonly svg: string | undefined;
  readonly json: string | undefined;
  readonly from: string | undefined;
}

/** Layouts of bundles, as mgo spells them. */
const LAYOUTS: readonly string[] = ["packed", "direct"];

/** More rounds take longer, fewer make medians move from run to run. */
const ROUNDS = 41;

const string = { type: "string" } as const;
/** The options, as node:util's parseArgs takes them. */
export const OPTIONS = {
  peers: string,
  layouts: string,
  rounds: string,
  cpus: string,
  cold: string,
  slow: string,
  mgo: string,
  args: string,
  stay: string,
  svg: string,
  json: string,
  from: string,
} as const;

type Values = Readonly<Partial<Record<keyof typeof OPTIONS, string>>>;

/** @throws UsageError for a value that it does not understand */
export function readOptions(values: Values, positionals: readonly string[]): Options {
  const stay = values.stay === undefined ? undefined : splitWords("--stay", values.stay);
  return {
    programs: choosePrograms(positionals, { args: splitWords("--args", values.args ?? "--version"), stay }),
    peers: values.peers === undefined ? undefined : resolve(values.peers),
    layouts: values.layouts === undefined ? LAYOUTS : readLayouts(values.layouts),
    rounds: count("--rounds", values.rounds) ?? ROUNDS,
    cpus: count("--cpus", values.cpus),
    cold: values.cold === undefined ? undefined : resolve(values.cold),
    slow:
      values.slow === undefined ? [] : values.slow.split(",").flatMap((rate) => count("--slow", rate) ?? []),
    mgo: values.mgo === undefined ? undefined : findCommand(values.mgo),
    svg: values.svg,
    json: values.json,
    from: values.from,
  };
}

function readLayouts(text: string): readonly string[] {
  const words = text.split(",");
  if (words.every((word) => LAYOUTS.includes(word))) return words;
  throw new UsageError(`--layouts=${text}: not ${LAYOUTS.join(",")} or one of them`);
}

function splitWords(flag: string, text: string): readonly string[] {
  const words = splitQuoted(text);
  if (words === undefined) throw new UsageError(`${flag}: a quote is not closed`);
  return words;
}

/**
 * Returns the command with a path as its first word: the starter looks into no PATH, and runs in another
 * folder.
 */
function findCommand(text: string): readonly [string, ...string[]] {
  const [name = "", ...words] = splitWords("--mgo", text);
  const path = name.includes("/") ? resolve(name) : findProgram(name, process.env, { cwd: process.cwd() });
  if (path === undefined) throw new UsageError(`--mgo: ${name} is not in PATH`);
  return [path, ...words];
}

function count(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`${flag}=${text}: not a number from 1 to 9999`);
  return Number(text);
}
