/** What is measured: something that runs at each level. */
import type { Level } from "../levels/level.ts";

/** One thing that every level runs in each round: a package's benchmarks, or a command. */
export interface Subject {
  /** Short, for progress and messages. */
  readonly name: string;
  /**
   * Runs it once.
   *
   * @throws the abort signal's reason
   */
  run(level: Level): Promise<Run>;
}

/** How a run ended. */
export interface Run {
  /** Its results in Go's benchmark format (https://go.dev/design/14313-benchmark-format), among other lines. */
  readonly text: string;
  readonly failure: Failure | undefined;
}

export interface Failure {
  /** What it printed. */
  readonly output: string;
  /** Whether it ended before it was through, by a panic or a signal: what it printed is not all. */
  readonly isFatal: boolean;
}
