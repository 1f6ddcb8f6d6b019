/** The levels of the architecture that mgo builds for, lowest first: engine/format/levels.zig. */
import { ARCHITECTURES } from "../engine/levels.ts";

/** The architecture's name in GOARCH. */
export const ARCHITECTURE = "amd64";

const { levels, variable, defaultLevels, defaultBase: preferredBase } = ARCHITECTURES[ARCHITECTURE];

export const LEVELS = levels;

/** The level that every CPU of the architecture can run. */
export const LOWEST = LEVELS[0];

/** The levels that are built where none are named. */
export const DEFAULT_LEVELS = defaultLevels;

/** The environment variable by which Go is told the level. */
export const VARIABLE = variable;

/** A value of VARIABLE. */
export type Level = (typeof LEVELS)[number];

export function isLevel(text: string): text is Level {
  return LEVELS.some((level) => level === text);
}

/** The level's number, from 1, as bundles store it. */
export function levelNumber(level: Level): number {
  return LEVELS.indexOf(level) + 1;
}

/** The level that a bundle's number stands for; undefined for a number that is none. */
export function levelOf(number: number): Level | undefined {
  return LEVELS[number - 1];
}

/** Sorts levels, lowest first. */
export function compareLevels(a: Level, b: Level): number {
  return levelNumber(a) - levelNumber(b);
}

/**
 * Returns the level that a bundle of these, sorted, is built around: the preferred base, else the highest.
 */
export function defaultBase(among: readonly Level[]): Level {
  return among.includes(preferredBase) ? preferredBase : (among.at(-1) ?? LOWEST);
}

/** The value of -march by which C compilers generate code for a level. */
export function marchOf(level: Level): string {
  return ARCHITECTURES[ARCHITECTURE].march[level];
}

/** `GOAMD64=v3`: a level as messages and environments name it. */
export function assignment(level: string): string {
  return `${VARIABLE}=${level}`;
}
