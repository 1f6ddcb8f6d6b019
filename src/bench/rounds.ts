/**
 * Measures in rounds. In each, every level runs once, and over the rounds each level follows each other one
 * equally often, so that drift (heat, clock rates, neighbours) hits all alike.
 */
import type { Level } from "../levels/level.ts";
import { Results } from "./results.ts";
import { takeTurns } from "./schedule.ts";
import type { Failure, Subject } from "./subject.ts";

export interface RoundsRequest {
  readonly subjects: readonly Subject[];
  readonly levels: readonly Level[];
  readonly rounds: number;
  /** Called before each run. */
  readonly onRun: (run: Turn) => void;
  /** Called after each round but the last. */
  readonly onRound: (done: number) => void;
  /** Called when a subject fails at a level for the first time. */
  readonly onFailure: (subject: Subject, level: Level, failure: Failure) => void;
}

export interface Turn {
  readonly subject: Subject;
  readonly level: Level;
  /** Counted from 1. */
  readonly round: number;
  readonly done: number;
  readonly total: number;
}

export interface Measured {
  readonly results: Results;
  /** The number of runs that failed. */
  readonly failures: number;
}

/**
 * Runs all rounds. A subject that panics, or is killed, does not run again at any level, and its results are
 * left out. One that fails otherwise goes on, with one sample less. One without results in the first round is
 * not run again.
 *
 * @throws the abort signal's reason
 */
export async function runRounds(request: RoundsRequest): Promise<Measured> {
  const { levels, rounds } = request;
  const results = new Results(levels);
  const turns = takeTurns(levels.length, rounds);
  const known = new Set<string>();
  const packages = new Map(request.subjects.map((subject) => [subject, new Set<string>()]));
  let subjects = request.subjects;
  let failures = 0;
  for (const [index, order] of turns.entries()) {
    const ended = new Set<Subject>();
    for (const [place, subject] of subjects.entries()) {
      for (const [turn, at] of order.entries()) {
        const level = levels[at];
        if (level === undefined || ended.has(subject)) continue;
        const before = index * subjects.length * levels.length + place * levels.length + turn;
        const total = rounds * subjects.length * levels.length;
        request.onRun({ subject, level, round: index + 1, done: before, total });
        const { text, failure } = await subject.run(level);
        for (const pkg of results.add(level, text)) packages.get(subject)?.add(pkg);
        if (failure === undefined) continue;
        failures++;
        if (failure.isFatal) ended.add(subject);
        const key = `${request.subjects.indexOf(subject)} ${level}`;
        if (!known.has(key)) request.onFailure(subject, level, failure);
        known.add(key);
      }
      if (ended.has(subject)) for (const pkg of packages.get(subject) ?? []) results.drop(pkg);
    }
    // A package without matching benchmarks has none in later rounds either.
    subjects = subjects.filter((subject) => !ended.has(subject) && packages.get(subject)?.size !== 0);
    if (results.isEmpty || subjects.length === 0) break;
    if (index + 1 < rounds) request.onRound(index + 1);
  }
  return { results, failures };
}
