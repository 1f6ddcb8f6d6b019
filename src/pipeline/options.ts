/** mgo's own options: the flags `-mgo.…`, their defaults in MGOFLAGS, and MGO_PARALLEL_BUILD. */
import { COMPRESS, type Compress } from "../bundle/frame.ts";
import {
  checkStartPolicy,
  LAYOUTS,
  type Layout,
  START_POLICIES,
  type StartPolicy,
} from "../bundle/layout.ts";
import { type Flag, isMgoFlag, readBool, splitFlag } from "../go/flags.ts";
import { splitQuoted } from "../go/quoted.ts";
import {
  type Architecture,
  architectureOf,
  compareLevels,
  defaultBase,
  defaultLevelsOf,
  type Level,
  plainLevelsOf,
} from "../levels/level.ts";
import { findLevel, splitLevels } from "../levels/text.ts";
import { MgoError } from "../system/error.ts";
import type { Environment } from "../system/process.ts";
import { findMgoFlag, MGO_FLAGS, type MgoFlag, mgoArity } from "./flags.ts";

/** How a bundle is made, by builds as by `mgo pack`. */
export interface BundleSettings {
  readonly layout: Layout;
  /** Which variant a start of a direct bundle chooses. */
  readonly startPolicy: StartPolicy;
  readonly compress: Compress;
  /**
   * The level that the others are stored as differences from, and that a direct bundle is; the encoder
   * chooses if there is none.
   */
  readonly base?: Level;
}

export interface Options {
  /** Sorted, without duplicates, of one architecture. */
  readonly levels: readonly [Level, ...Level[]];
  /** Flags of the command line that name levels of another architecture alone: they choose nothing here. */
  readonly unused: readonly Setting[];
  readonly bundle: BundleSettings;
  /** How many variants are built at once; a measured default applies if there is none. */
  readonly jobs?: number;
  /** Another launcher than mgo's own. */
  readonly launcher?: string;
  /** Whether targets that have no levels go to plain go. */
  readonly elsewhere: boolean;
  /** Whether C, C++ and Fortran are compiled for each variant's level. */
  readonly cgoMarch: boolean;
}

/** The level that the encoder stores the others as differences from. */
export function baseOf({ levels, bundle }: Pick<Options, "levels" | "bundle">): Level {
  return bundle.base ?? defaultBase(levels);
}

/** One value and where it stands, for messages. */
export interface Setting {
  readonly value: string;
  readonly where: string;
}

/** Go's exit status for a command line that it does not understand. */
const USAGE = { status: 2 };

const BASE_HINT = "-mgo.levels names the levels that are built";

/**
 * Reads the options; the command line wins over MGOFLAGS, and MGOFLAGS over MGO_PARALLEL_BUILD.
 *
 * @param flags the command line's `mgo.…` flags
 * @param architecture whose levels count; flags may name those of others, too
 * @throws MgoError for an unknown name or a bad value
 */
export function readOptions(flags: readonly Flag[], env: Environment, architecture: Architecture): Options {
  const settings = new Map<MgoFlag, Setting>();
  const parallel = env.MGO_PARALLEL_BUILD;
  if (parallel !== undefined && parallel !== "") {
    settings.set("jobs", { value: parallel, where: "MGO_PARALLEL_BUILD" });
  }
  for (const flag of readVariable(env.MGOFLAGS ?? "")) {
    settings.set(nameOf(flag, " in MGOFLAGS"), { value: flag.value, where: `MGOFLAGS: -${flag.name}` });
  }
  for (const flag of flags) settings.set(nameOf(flag, ""), { value: flag.value, where: `-${flag.name}` });

  const levels = readLevels(settings.get("levels"), architecture);
  const unused = flags.map(({ name, value }) => ({ where: `-${name}`, value }));
  // As for the levels, a base of another architecture is for other targets.
  const base = findLevel(settings.get("base")?.value ?? "");
  if (base !== undefined && architectureOf(base) !== architecture) settings.delete("base");
  const jobs = readJobs(settings.get("jobs"));
  const launcher = settings.get("launcher");
  if (launcher?.value === "") throw refuse(launcher, "a file");
  return {
    levels,
    unused: unused.filter((setting) => isOfAnother(setting, architecture)),
    bundle: readBundleSettings(settings, levels),
    ...(jobs === undefined ? {} : { jobs }),
    ...(launcher === undefined ? {} : { launcher: launcher.value }),
    elsewhere: readChoice(settings.get("elsewhere"), ["go"]) === "go",
    cgoMarch: readSwitch(settings.get("cgo-march")),
  };
}

/**
 * Reads how bundles are made.
 *
 * @param levels those that the base may be
 * @throws MgoError for a bad value
 */
export function readBundleSettings(
  settings: ReadonlyMap<MgoFlag, Setting>,
  levels: readonly Level[],
): BundleSettings {
  const layout = readChoice(settings.get("layout"), LAYOUTS) ?? "packed";
  const start = settings.get("start");
  const startPolicy = readChoice(start, START_POLICIES) ?? "auto";
  checkStartPolicy(start?.where ?? "", layout, startPolicy);
  const base = readBase(settings.get("base"), levels);
  return {
    layout,
    startPolicy,
    compress: readChoice(settings.get("compress"), COMPRESS) ?? "default",
    ...(base === undefined ? {} : { base }),
  };
}

/** Reads the words of MGOFLAGS. Each is a flag of its own, as in GOFLAGS: `-mgo.levels=v1,v3`. */
function readVariable(text: string): readonly Flag[] {
  const words = splitQuoted(text);
  if (words === undefined) throw new MgoError("MGOFLAGS: a quote is not closed", USAGE);
  return words.map((word) => {
    const { name = "", value = mgoArity(name) === "bool" ? "true" : undefined } = splitFlag(word) ?? {};
    if (!isMgoFlag(name)) {
      throw new MgoError(`MGOFLAGS: ${JSON.stringify(word)} is none of mgo's flags`, {
        ...USAGE,
        hint: "MGOFLAGS holds -mgo.NAME=VALUE only; flags of go build belong into GOFLAGS",
      });
    }
    if (value === undefined)
      throw new MgoError(`MGOFLAGS: -${name} needs a value, as in -${name}=VALUE`, USAGE);
    return { name, value, words: [word] };
  });
}

function nameOf({ name }: Flag, where: string): MgoFlag {
  const known = findMgoFlag(name);
  if (known !== undefined) return known;
  throw new MgoError(`unknown flag -${name}${where}`, {
    ...USAGE,
    hint: `mgo's flags are ${MGO_FLAGS.map((flag) => `-${flag.name}`).join(", ")}`,
  });
}

/** An architecture of which no level is named has its default ones: a flag may serve several targets. */
function readLevels(setting: Setting | undefined, architecture: Architecture): readonly [Level, ...Level[]] {
  const named = setting === undefined ? [] : parseLevels(setting, architecture);
  const own = named.filter((level) => architectureOf(level) === architecture).toSorted(compareLevels);
  return atLeastOne(own.length > 0 ? own : defaultLevelsOf(architecture));
}

/** Whether a flag names levels of one other architecture; a list for several is meant for several targets. */
function isOfAnother({ where, value }: Setting, architecture: Architecture): boolean {
  if (where !== "-mgo.levels" && where !== "-mgo.base") return false;
  const levels = splitLevels(value).flatMap((word) => findLevel(word) ?? []);
  const [named, ...others] = new Set(levels.map(architectureOf));
  return named !== undefined && named !== architecture && others.length === 0;
}

function parseLevels(setting: Setting, architecture: Architecture): readonly Level[] {
  const levels: Level[] = [];
  for (const word of splitLevels(setting.value)) {
    const level = findLevel(word);
    if (level === undefined)
      throw refuse(setting, `levels from ${plainLevelsOf(architecture).join(",")}, separated by commas`);
    if (levels.includes(level))
      throw new MgoError(`${setting.where}=${setting.value} names ${word} twice`, USAGE);
    levels.push(level);
  }
  return levels;
}

function atLeastOne([first, ...others]: readonly Level[]): readonly [Level, ...Level[]] {
  if (first === undefined) throw new Error("an architecture without levels");
  return [first, ...others];
}

function readBase(setting: Setting | undefined, levels: readonly Level[]): Level | undefined {
  const [first] = levels;
  if (setting === undefined || first === undefined) return undefined;
  const hint = levels.length < plainLevelsOf(architectureOf(first)).length ? BASE_HINT : undefined;
  return readChoice({ ...setting, value: findLevel(setting.value) ?? setting.value }, levels, hint);
}

function readJobs(setting: Setting | undefined): number | undefined {
  if (setting === undefined) return undefined;
  if (!/^[1-9][0-9]{0,3}$/.test(setting.value)) throw refuse(setting, "a number from 1 to 9999");
  return Number(setting.value);
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
  hint?: string,
): Choice | undefined {
  if (setting === undefined) return undefined;
  const choice = choices.find((known) => known === setting.value);
  if (choice === undefined) throw refuse(setting, oneOf(choices), hint);
  return choice;
}

/** `fast, default or best` */
function oneOf(choices: readonly string[]): string {
  const others = choices.slice(0, -1);
  return others.length === 0 ? `only ${choices[0]}` : `${others.join(", ")} or ${choices.at(-1)}`;
}

function refuse(setting: Setting, allowed: string, hint?: string): MgoError {
  const options = hint === undefined ? USAGE : { ...USAGE, hint };
  return new MgoError(`${setting.where}=${setting.value}: it may be ${allowed}`, options);
}
