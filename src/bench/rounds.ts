/**
 * The measuring: in each round every level runs once, in orders that let each come after each other equally often, so
 * that what drifts (heat, clock rates, neighbours) hits all alike.
 */
import type { Level } from "../levels/level.ts";
import { Results } from "./results.ts";
import { takeTurns } from "./schedule.ts";
import type { Failure, Subject } from "./subject.ts";

export interface RoundsRequest {
  readonly subjects: readonly Subject[];
  readonly levels: readonly Level[];
  readonly rounds: number;
  /** Called before each run. `done` of all `total` runs are over. */
  readonly onRun: (run: Turn) => void;
  /** Called after each round but the last. */
  readonly onRound: (done: number) => void;
  /** Called when a subject fails at a level for the first time. */
  readonly onFailure: (subject: Subject, level: Level, failure: Failure) => void;
}

export interface Turn {
  readonly subject: Subject;
  readonly level: Level;
  /** From 1. */
  readonly round: number;
  readonly done: number;
  readonly total: number;
}

export interface Measured {
  readonly results: Results;
  /** How many runs failed. */
  readonly failures: number;
}

/**
 * Runs all rounds. What panics, or is killed, does not run again at any level: its results are left out. What fails in
 * good order goes on, with one sample less. Packages in which the first round measures nothing have no second.
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
    // What has no benchmarks that match has none in later rounds.
    subjects = subjects.filter((subject) => !ended.has(subject) && packages.get(subject)?.size !== 0);
    if (results.isEmpty || subjects.length === 0) break;
    if (index + 1 < rounds) request.onRound(index + 1);
  }
  return { results, failures };
}
