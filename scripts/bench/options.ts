/** The bench's command line. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { splitQuoted } from "../../src/go/quoted.ts";
import { findProgram } from "../../src/system/process.ts";
import { choosePrograms, type Program } from "./programs.ts";

export interface Options {
  readonly programs: readonly Program[];
  readonly peers: string | undefined;
  readonly layouts: readonly string[];
  readonly rounds: number;
  readonly cpus: number | undefined;
  readonly mgo: readonly [string, ...string[]] | undefined;
  readonly svg: string | undefined;
  readonly json: string | undefined;
  readonly from: string | undefined;
}

/** mgo's, as it spells them. */
const LAYOUTS: readonly string[] = ["packed", "direct"];

/** A medium between how long a run takes and how far medians move from run to run. */
const ROUNDS = 41;

/** @throws Error for what it does not understand */
export function readOptions(args: readonly string[]): Options {
  const string = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      peers: string,
      layouts: string,
      rounds: string,
      cpus: string,
      mgo: string,
      args: string,
      stay: string,
      svg: string,
      json: string,
      from: string,
    },
    allowPositionals: true,
  });
  const stay = values.stay === undefined ? undefined : splitWords("--stay", values.stay);
  return {
    programs: choosePrograms(positionals, { args: splitWords("--args", values.args ?? "--version"), stay }),
    peers: values.peers === undefined ? undefined : resolve(values.peers),
    layouts: values.layouts === undefined ? LAYOUTS : readLayouts(values.layouts),
    rounds: count("--rounds", values.rounds) ?? ROUNDS,
    cpus: count("--cpus", values.cpus),
    mgo: values.mgo === undefined ? undefined : findCommand(values.mgo),
    svg: values.svg,
    json: values.json,
    from: values.from,
  };
}

function readLayouts(text: string): readonly string[] {
  const words = text.split(",");
  if (words.every((word) => LAYOUTS.includes(word))) return words;
  throw new Error(`--layouts=${text}: it may be ${LAYOUTS.join(",")}, or one of them`);
}

function splitWords(flag: string, text: string): readonly string[] {
  const words = splitQuoted(text);
  if (words === undefined) throw new Error(`${flag}: a quote is not closed`);
  return words;
}

/** Its first word as a path: what starts it looks into no PATH, and stands elsewhere. */
function findCommand(text: string): readonly [string, ...string[]] {
  const [name = "", ...words] = splitWords("--mgo", text);
  const path = name.includes("/") ? resolve(name) : findProgram(name, process.env, { cwd: process.cwd() });
  if (path === undefined) throw new Error(`--mgo: there is no ${name}`);
  return [path, ...words];
}

function count(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`${flag}=${text}: it may be a number from 1 to 9999`);
  return Number(text);
}
