/**
 * Which levels are built: for the encoder, which takes each as soon as it is there.
 */
import type { Level } from "../levels/level.ts";
import type { LevelOutput } from "./report.ts";

/** What a level that nobody builds any more is waited for with: others say why. */
class NotBuilt extends Error {
  override readonly name = "NotBuilt";
}

export interface Arrivals {
  /** Resolves when a level is built; rejects if it fails, or nobody builds it any more. */
  wait(level: Level): Promise<void>;
  /** To be told how each level has ended. */
  ended(output: Pick<LevelOutput, "level" | "status">): void;
  /** Ends all waiting. */
  close(): void;
}

export function createArrivals(levels: readonly Level[]): Arrivals {
  const ends = new Map(levels.map((level) => [level, Promise.withResolvers<void>()]));
  // One that nobody waits for is no error.
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
