/**
 * mgo's own options: the flags `-mgo.…`, their defaults in MGOFLAGS, and MGO_PARALLEL_BUILD.
 */
import { COMPRESS, type Compress } from "../bundle/frame.ts";
import {
  checkStartPolicy,
  LAYOUTS,
  type Layout,
  START_POLICIES,
  type StartPolicy,
} from "../bundle/layout.ts";
import { MGO_FLAGS, type MgoFlag } from "../cli/reference/build-flags.ts";
import { type Flag, ownArity, readBool } from "../go/flags.ts";
import { splitQuoted } from "../go/quoted.ts";
import { compareLevels, isLevel, LEVELS, type Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import type { Environment } from "../system/process.ts";

export interface Options {
  /** Sorted, without duplicates, at least one. */
  readonly levels: readonly Level[];
  readonly layout: Layout;
  /** Which variant a start of a direct bundle chooses. */
  readonly startPolicy: StartPolicy;
  readonly compress: Compress;
  /**
   * The level that the others are stored as differences from, and that a direct bundle is; the encoder chooses if
   * there is none.
   */
  readonly base: Level | undefined;
  /** How many variants are built at once; a measured default applies if there is none. */
  readonly jobs: number | undefined;
  /** Another launcher than mgo's own. */
  readonly launcher: string | undefined;
  /** Whether targets other than linux/amd64 go to plain go. */
  readonly elsewhere: boolean;
  /** Whether C, C++ and Fortran are compiled for each variant's level. */
  readonly cgoMarch: boolean;
}

/** One value and where it stands, for messages. */
interface Setting {
  readonly value: string;
  readonly where: string;
}

/** Go's exit status for a command line that it does not understand. */
const USAGE = { status: 2 };

/**
 * Reads the options; the command line wins over MGOFLAGS, and MGOFLAGS over MGO_PARALLEL_BUILD.
 *
 * @param flags the command line's `mgo.…` flags
 * @throws MgoError for an unknown name or a bad value
 */
export function readOptions(flags: readonly Flag[], env: Environment): Options {
  const settings = new Map<MgoFlag, Setting>();
  const parallel = env.MGO_PARALLEL_BUILD;
  if (parallel !== undefined && parallel !== "") {
    settings.set("mgo.jobs", { value: parallel, where: "MGO_PARALLEL_BUILD" });
  }
  for (const flag of readVariable(env.MGOFLAGS ?? "")) {
    settings.set(nameOf(flag, " in MGOFLAGS"), { value: flag.value, where: `MGOFLAGS: -${flag.name}` });
  }
  for (const flag of flags) settings.set(nameOf(flag, ""), { value: flag.value, where: `-${flag.name}` });

  const levels = readLevels(settings.get("mgo.levels"));
  const layout = readChoice(settings.get("mgo.layout"), LAYOUTS) ?? "packed";
  const start = settings.get("mgo.start");
  const startPolicy = readChoice(start, START_POLICIES) ?? "best";
  checkStartPolicy(start?.where ?? "", layout, startPolicy);
  return {
    levels,
    layout,
    startPolicy,
    compress: readChoice(settings.get("mgo.compress"), COMPRESS) ?? "default",
    base: readBase(settings.get("mgo.base"), levels),
    jobs: readJobs(settings.get("mgo.jobs")),
    launcher: readLauncher(settings.get("mgo.launcher")),
    elsewhere: readChoice(settings.get("mgo.elsewhere"), ["go"]) === "go",
    cgoMarch: readSwitch(settings.get("mgo.cgo-march")),
  };
}

/** The words of MGOFLAGS, which like those of GOFLAGS are each a flag of its own: `-mgo.levels=v1,v3`. */
function readVariable(text: string): readonly Flag[] {
  const words = splitQuoted(text);
  if (words === undefined) throw new MgoError("MGOFLAGS: a quote is not closed", USAGE);
  return words.map((word) => {
    const match = /^--?(mgo\.[^=]+)(?:=(.*))?$/s.exec(word);
    if (match?.[1] === undefined) {
      throw new MgoError(`MGOFLAGS: ${JSON.stringify(word)} is none of mgo's flags`, {
        ...USAGE,
        hint: "MGOFLAGS holds -mgo.NAME=VALUE only; flags of go build belong into GOFLAGS",
      });
    }
    const value = match[2] ?? (ownArity(match[1]) === "bool" ? "true" : undefined);
    if (value === undefined)
      throw new MgoError(`MGOFLAGS: -${match[1]} needs a value, as in -${match[1]}=VALUE`, USAGE);
    return { name: match[1], value, words: [word] };
  });
}

function nameOf(flag: Flag, where: string): MgoFlag {
  const name = MGO_FLAGS.find((known) => flag.name === known.name)?.name;
  if (name !== undefined) return name;
  throw new MgoError(`unknown flag -${flag.name}${where}`, {
    ...USAGE,
    hint: `mgo's flags are ${MGO_FLAGS.map((known) => `-${known.name}`).join(", ")}`,
  });
}

function readLevels(setting: Setting | undefined): readonly Level[] {
  if (setting === undefined) return LEVELS;
  const levels: Level[] = [];
  for (const word of setting.value.split(",")) {
    if (!isLevel(word)) throw refuse(setting, `levels from ${LEVELS.join(",")}, separated by commas`);
    if (levels.includes(word))
      throw new MgoError(`${setting.where}=${setting.value} names ${word} twice`, USAGE);
    levels.push(word);
  }
  return levels.toSorted(compareLevels);
}

function readBase(setting: Setting | undefined, levels: readonly Level[]): Level | undefined {
  if (setting === undefined) return undefined;
  const base = levels.find((level) => level === setting.value);
  if (base === undefined) throw refuse(setting, `one of the levels that are built: ${levels.join(", ")}`);
  return base;
}

function readJobs(setting: Setting | undefined): number | undefined {
  if (setting === undefined) return undefined;
  if (!/^[1-9][0-9]{0,3}$/.test(setting.value)) throw refuse(setting, "a number from 1 to 9999");
  return Number(setting.value);
}

function readLauncher(setting: Setting | undefined): string | undefined {
  if (setting?.value === "") throw refuse(setting, "a file");
  return setting?.value;
}

function readSwitch(setting: Setting | undefined): boolean {
  if (setting === undefined) return false;
  const value = readBool(setting.value);
  if (value === undefined) throw refuse(setting, "true or false");
  return value;
}

function readChoice<Choice extends string>(
  setting: Setting | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (setting === undefined) return undefined;
  const choice = choices.find((known) => known === setting.value);
  if (choice === undefined)
    throw refuse(setting, choices.length === 1 ? `only ${choices[0]}` : oneOf(choices));
  return choice;
}

/** `fast, default or best` */
function oneOf(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

function refuse(setting: Setting, allowed: string): MgoError {
  return new MgoError(`${setting.where}=${setting.value}: it may be ${allowed}`, USAGE);
}
