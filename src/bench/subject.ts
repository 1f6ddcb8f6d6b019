/** Subjects of measuring: things that run at each level. */
import type { Level } from "../levels/level.ts";

/** A package's benchmarks, or a command, which run once at each level in each round. */
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

/** The result of a run. */
export interface Run {
  /** Lines in Go's benchmark format (https://go.dev/design/14313-benchmark-format), among others. */
  readonly text: string;
  readonly failure: Failure | undefined;
}

export interface Failure {
  /** All that the run printed. */
  readonly output: string;
  /** Whether a panic or a signal ended it early. */
  readonly isFatal: boolean;
}
