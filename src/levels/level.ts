/**
 * The levels of each architecture in the order of engine/format/levels.zig: of those that a CPU can run, the
 * last one is started. No two architectures have a level of the same name: a level tells its architecture.
 */
import { ARCHITECTURES } from "../engine/levels.ts";

/** An architecture that has levels, by its name in GOARCH. */
export type Architecture = keyof typeof ARCHITECTURES;

/** A value of the architecture's variable. */
export type Level = (typeof ARCHITECTURES)[Architecture]["levels"][number];

/** A row of the table, as far as it does not tell architectures apart. */
interface Row {
  readonly number: number;
  readonly elfMachine: number;
  readonly elfClass: number;
  readonly variable: string;
  readonly cOption: string;
  readonly levels: readonly Level[];
  readonly aliases: Readonly<Partial<Record<string, Level>>>;
  readonly march: Readonly<Partial<Record<Level, string>>>;
  readonly over: Readonly<Partial<Record<Level, Level>>>;
  readonly features: Readonly<Partial<Record<Level, readonly string[]>>>;
  readonly defaultLevels: readonly Level[];
  readonly defaultBase: Level;
}

const ROWS: Readonly<Record<Architecture, Row>> = ARCHITECTURES;

/** The architectures that mgo builds for: each has a launcher (launcher/arch). */
export const ARCHITECTURE_NAMES: readonly Architecture[] = ["amd64", "arm", "arm64", "riscv64", "ppc64le"];

export function isArchitecture(text: string): text is Architecture {
  return ARCHITECTURE_NAMES.some((name) => name === text);
}

/** The levels of amd64, which help and examples show. */
export const LEVELS: readonly Level[] = ARCHITECTURES.amd64.levels;

/** The levels of all architectures, sorted within each. */
export const ALL_LEVELS: readonly Level[] = ARCHITECTURE_NAMES.flatMap((name) => ROWS[name].levels);

const ARCHITECTURE_OF = new Map(
  Object.entries(ROWS).flatMap(([name, { levels }]) =>
    levels.map((level) => [level, name as Architecture] as const),
  ),
);

/** The architecture that a level belongs to. */
export function architectureOf(level: Level): Architecture {
  const found = ARCHITECTURE_OF.get(level);
  if (found === undefined) throw new Error(`no architecture has the level ${level}`);
  return found;
}

/** All levels of an architecture, the one that every CPU of the architecture can run first. */
export function levelsOf(architecture: Architecture): readonly Level[] {
  return ROWS[architecture].levels;
}

/** The levels that are built where none are named. */
export function defaultLevelsOf(architecture: Architecture): readonly Level[] {
  return ROWS[architecture].defaultLevels;
}

/** The level that every CPU of the architecture can run. */
export function lowestOf(architecture: Architecture): Level {
  const [lowest] = ROWS[architecture].levels;
  if (lowest === undefined) throw new Error(`${architecture} has no levels`);
  return lowest;
}

/** The environment variable by which Go is told the level. */
export function variableOf(architecture: Architecture): string {
  return ROWS[architecture].variable;
}

/** The variables of all architectures. */
export const VARIABLES: readonly string[] = ARCHITECTURE_NAMES.map(variableOf);

/** The architecture whose executables have this e_machine and EI_CLASS in their ELF header. */
export function architectureOfElf(machine: number, elfClass: number): Architecture | undefined {
  return ARCHITECTURE_NAMES.find(
    (name) => ROWS[name].elfMachine === machine && ROWS[name].elfClass === elfClass,
  );
}

export function isLevel(text: string): text is Level {
  return ALL_LEVELS.some((level) => level === text);
}

/** The level's number in its architecture, from 1, as bundles store it. */
export function levelNumber(level: Level): number {
  return levelsOf(architectureOf(level)).indexOf(level) + 1;
}

/** The level that a bundle's number stands for; undefined for a number that is none. */
export function levelOf(architecture: Architecture, number: number): Level | undefined {
  return levelsOf(architecture)[number - 1];
}

/** The names without options, which messages list. */
export function plainLevelsOf(architecture: Architecture): readonly Level[] {
  return levelsOf(architecture).filter((level) => !level.includes(","));
}

/** The level that each other value of a variable means to Go. */
export const ALIASES: ReadonlyMap<string, Level> = new Map(
  ARCHITECTURE_NAMES.flatMap((name) => Object.entries(ROWS[name].aliases)).flatMap(([alias, level]) =>
    level === undefined ? [] : [[alias, level] as const],
  ),
);

/** The CPU features that programs of a level need, by their names in the table. */
export function featuresOf(level: Level): readonly string[] {
  const { over, features } = ROWS[architectureOf(level)];
  const below = over[level];
  return [...(below === undefined ? [] : featuresOf(below)), ...(features[level] ?? [])];
}

/** The levels that a CPU with these features can run. */
export function levelsWithin(architecture: Architecture, features: ReadonlySet<string>): readonly Level[] {
  return levelsOf(architecture).filter((level) => featuresOf(level).every((name) => features.has(name)));
}

/** Sorts levels of one architecture, lowest first. */
export function compareLevels(a: Level, b: Level): number {
  return levelNumber(a) - levelNumber(b);
}

/**
 * Returns the level that a bundle of these, sorted, is built around: the preferred base, else the highest.
 */
export function defaultBase(among: readonly Level[]): Level {
  const highest = among.at(-1);
  if (highest === undefined) throw new Error("a bundle without levels");
  const preferred = ROWS[architectureOf(highest)].defaultBase;
  return among.includes(preferred) ? preferred : highest;
}

/** The flag by which C compilers generate code for a level: `-march=x86-64-v3`. */
export function compilerFlagOf(level: Level): { readonly option: string; readonly value: string } {
  const { cOption, march } = ROWS[architectureOf(level)];
  return { option: cOption, value: march[level] ?? "" };
}

/** `GOAMD64=v3`, or `GOAMD64=v1,v2` for several: levels as messages and environments name them. */
export function assignment(...levels: readonly [Level, ...Level[]]): string {
  return `${variableOf(architectureOf(levels[0]))}=${levels.join(",")}`;
}
