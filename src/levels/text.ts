/** Levels as users and Go write them. */
import { ALIASES, ALL_LEVELS, isLevel, type Level } from "./level.ts";

/** Words that stand behind a level and a comma: `softfloat`. */
const OPTIONS: ReadonlySet<string> = new Set(
  [...ALL_LEVELS, ...ALIASES.keys()].flatMap((name) => name.split(",").slice(1)),
);

/** Splits a list of levels: that of `5,7,softfloat` has two, as an option belongs to the level before it. */
export function splitLevels(text: string): readonly string[] {
  const levels: string[] = [];
  for (const word of text.split(",")) {
    const last = levels.at(-1);
    if (OPTIONS.has(word) && last !== undefined) levels[levels.length - 1] = `${last},${word}`;
    else levels.push(word);
  }
  return levels;
}

/** The level that a text names: `7,hardfloat` is the level `7`. */
export function findLevel(text: string): Level | undefined {
  return isLevel(text) ? text : ALIASES.get(text);
}
