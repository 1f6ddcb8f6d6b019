/** Progress of `mgo bench` on standard error: one live line on a terminal, else a line for each step. */
import { isWatched, openScreen } from "../pipeline/progress.ts";
import { formatDuration } from "../system/figures.ts";
import type { Environment } from "../system/process.ts";
import { writeStderr } from "../system/streams.ts";
import type { Turn } from "./rounds.ts";

export interface BenchProgress {
  /** Reports that a step begins. */
  step(text: string): void;
  /** Reports that a run begins. */
  turn(turn: Turn): void;
  /** Reports that a round is done. */
  round(done: number, rounds: number): void;
  /** Writes a line above the live one. */
  print(line: string): void;
  /** Removes the live line. */
  stop(): void;
}

/** One column less than the narrowest terminal that mgo writes for. */
const WIDTH = 79;

export async function startBenchProgress(env: Environment): Promise<BenchProgress> {
  const screen = isWatched(env) ? await openScreen() : undefined;
  let began = performance.now();
  let hasBegun = false;
  const print = (line: string): void => {
    screen?.clear();
    writeStderr(`${line}\n`);
  };
  const left = (done: number, total: number): string => {
    if (done === 0) return "";
    const seconds = ((performance.now() - began) / 1000) * ((total - done) / done);
    return `about ${formatDuration(seconds)} left`;
  };
  return {
    step: (text) => (screen === undefined ? print(`mgo: bench: ${text}`) : screen(cut(text))),
    turn({ subject, level, round, done, total }) {
      // Builds do not count: the estimate is about runs.
      if (!hasBegun) began = performance.now();
      hasBegun = true;
      const rest = left(done, total);
      screen?.(cut(`round ${round}: ${level} of ${subject.name}${rest === "" ? "" : `, ${rest}`}`));
    },
    round(done, rounds) {
      if (screen === undefined) print(`mgo: bench: round ${done} of ${rounds} done, ${left(done, rounds)}`);
    },
    print,
    stop() {
      screen?.clear();
      screen?.done();
    },
  };
}

function cut(text: string): string {
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 1)}…`;
}
