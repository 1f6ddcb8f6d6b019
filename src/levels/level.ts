/** The x86-64 microarchitecture levels as GOAMD64 spells them, lowest first. */
export const LEVELS = ["v1", "v2", "v3", "v4"] as const;

/** A GOAMD64 value: a microarchitecture level of the x86-64 psABI. */
export type Level = (typeof LEVELS)[number];

export function isLevel(text: string): text is Level {
  return (LEVELS as readonly string[]).includes(text);
}

/** The level's number, 1 to 4, as bundles store it. */
export function levelNumber(level: Level): number {
  return LEVELS.indexOf(level) + 1;
}

/** The level that a bundle's number stands for; undefined for a number that is none. */
export function levelOf(number: number): Level | undefined {
  return LEVELS[number - 1];
}

/** Sorts levels from v1 to v4. */
export function compareLevels(a: Level, b: Level): number {
  return levelNumber(a) - levelNumber(b);
}

/**
 * The level that a bundle of these, sorted, is built around: v3 where it is among them, else the highest. Most
 * machines run v3, directly or because v4 gains them nothing: its path should be the short one.
 */
export function defaultBase(levels: readonly Level[]): Level | undefined {
  return levels.includes("v3") ? "v3" : levels.at(-1);
}
