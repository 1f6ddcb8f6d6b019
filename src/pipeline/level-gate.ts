/** Lets the encoder wait for each level until it is built. */
import type { Level } from "../levels/level.ts";
import type { LevelOutput } from "./report.ts";

/** The rejection for a level that will not be built; Go's own words are reported elsewhere. */
class NotBuilt extends Error {
  override readonly name = "NotBuilt";
}

export interface LevelGate {
  /** Resolves when a level is built; rejects if it fails, or nobody builds it any more. */
  wait(level: Level): Promise<void>;
  /** Takes how a level ended. */
  ended(output: Pick<LevelOutput, "level" | "status">): void;
  /** Ends all waiting. */
  close(): void;
}

export function createLevelGate(levels: readonly Level[]): LevelGate {
  const ends = new Map(levels.map((level) => [level, Promise.withResolvers<void>()]));
  // A level that nobody waits for is no error.
  for (const { promise } of ends.values()) promise.catch(() => {});
  return {
    wait: async (level) => {
      const end = ends.get(level);
      if (end === undefined) throw new NotBuilt(`${level} is not built`);
      await end.promise;
    },
    ended: ({ level, status }) => {
      if (status === 0) ends.get(level)?.resolve();
      else ends.get(level)?.reject(new NotBuilt(`${level} has failed`));
    },
    close: () => {
      for (const [level, { reject }] of ends) reject(new NotBuilt(`${level} is not built`));
    },
  };
}
