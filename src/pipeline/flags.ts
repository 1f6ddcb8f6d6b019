/** mgo's own flags for builds, which stand anywhere among those of `go build`: `-mgo.levels=v1,v3`. */
import { COMPRESS } from "../bundle/frame.ts";
import { LAYOUTS, START_POLICIES } from "../bundle/layout.ts";
import { type Arity, arityOf, type FlagEntry } from "../go/flag-entry.ts";
import { isMgoFlag, splitFlag } from "../go/flags.ts";
import { defaultBase, LEVELS } from "../levels/level.ts";

/** Flags about how a bundle is made: `-mgo.base` of builds, `--base` and `-mgo.base` of `mgo pack`. */
export const BUNDLE_FLAGS = [
  {
    name: "base",
    value: { kind: "level" },
    shown: defaultBase(LEVELS),
    summary:
      "the variant that starts fastest: a direct bundle runs it in place, and the others are stored as " +
      "differences from it. Default: v3 if it is among the levels, else the highest; other architectures " +
      "have theirs",
  },
  {
    name: "compress",
    value: { kind: "choice", choices: COMPRESS },
    shown: COMPRESS.join("|"),
    summary: "how hard to compress: smaller bundles take longer to build and to start",
  },
  {
    name: "layout",
    value: { kind: "choice", choices: LAYOUTS },
    shown: LAYOUTS.join("|"),
    summary:
      "packed: all variants compressed, started from memory. direct: the bundle is the base, " +
      "which starts in place, and carries the others compressed",
  },
  {
    name: "start",
    value: { kind: "choice", choices: START_POLICIES },
    shown: START_POLICIES.join("|"),
    summary:
      "which variant of a direct bundle starts: the best for the CPU; the base wherever the CPU can run " +
      "it; or, with auto, the base unless the best changes more of it than Go's own runtime. GOAMD64 may " +
      "ask for another",
  },
  {
    name: "launcher",
    value: { kind: "file" },
    shown: "FILE",
    summary: "use this launcher, not the one inside mgo",
  },
] as const satisfies readonly FlagEntry[];

const BUILD_FLAGS = [
  {
    name: "levels",
    value: { kind: "levels" },
    shown: LEVELS.join(","),
    summary: "the levels to build; with a single one the output is that variant itself",
  },
  ...BUNDLE_FLAGS,
  {
    name: "jobs",
    value: { kind: "text" },
    shown: "N",
    summary:
      "how many variants to build, and how many of their parts to compress, at once. Default: one for each " +
      "CPU",
  },
  {
    name: "elsewhere",
    value: { kind: "choice", choices: ["go"] },
    shown: "go",
    summary: "hand targets that have no levels to plain go",
  },
  {
    name: "cgo-march",
    summary:
      "compile the C, C++ and Fortran parts of cgo programs for each level as well, " +
      "with `-march=x86-64-v3` and the like; needs gcc 11 or clang 12",
  },
] as const satisfies readonly FlagEntry[];

/** The name of a flag of mgo for builds, without `mgo.`. */
export type MgoFlag = (typeof BUILD_FLAGS)[number]["name"];

export const MGO_FLAGS: readonly FlagEntry[] = BUILD_FLAGS.map((flag) => ({
  ...flag,
  name: `mgo.${flag.name}`,
  style: "go",
}));

/** Finds a flag by its name without dashes: `levels` for `mgo.levels`; undefined if mgo has none such. */
export function findMgoFlag(name: string): MgoFlag | undefined {
  return BUILD_FLAGS.find((flag) => `mgo.${flag.name}` === name)?.name;
}

/** How a flag of mgo is written. One that mgo does not have is refused later, whatever follows it. */
export function mgoArity(name: string): Arity {
  return arityOf(MGO_FLAGS.find((flag) => flag.name === name) ?? { value: { kind: "text" } });
}

/** Takes mgo's own flags out of arguments whose other flags may be anything. */
export function withoutMgoFlags(args: readonly string[]): readonly string[] {
  const isTaken = (word: string): boolean => isMgoFlag(splitFlag(word)?.name ?? "");
  const takesNext = (word: string): boolean => {
    const { name = "", value } = splitFlag(word) ?? {};
    return isMgoFlag(name) && value === undefined && mgoArity(name) === "value";
  };
  return args.filter((word, index) => !isTaken(word) && !takesNext(args[index - 1] ?? ""));
}
