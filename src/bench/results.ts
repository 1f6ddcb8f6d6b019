/** Results in Go's benchmark format, collected over the rounds. */
import type { Level } from "../levels/level.ts";

/** A result, from one line. */
interface Result {
  readonly benchmark: Benchmark;
  /** The whole line. */
  readonly line: string;
  /** Nanoseconds; undefined for a benchmark that reports no time. */
  readonly time: number | undefined;
}

/** A benchmark, at any level. */
export interface Benchmark {
  /** The package's import path; empty where there is none. */
  readonly pkg: string;
  /** The name that Go prints, without `Benchmark`: `Sum/size=8-2`. */
  readonly name: string;
}

/** A benchmark that was not measured at every level. */
export interface Incomplete extends Benchmark {
  /** The levels without a result; none if its package did not run to the end. */
  readonly missing: readonly Level[];
}

export class Results {
  readonly levels: readonly Level[];
  /** Results by level and by the benchmark's key. */
  readonly #results: ReadonlyMap<Level, Map<string, Result[]>>;
  /** Benchmarks by key, in the order of their first results. */
  readonly #benchmarks = new Map<string, Benchmark>();
  readonly #units = new Set<string>();
  readonly #dropped = new Set<string>();

  constructor(levels: readonly Level[]) {
    this.levels = levels;
    this.#results = new Map(levels.map((level) => [level, new Map()]));
  }

  /**
   * Adds the output of a run.
   *
   * @returns the packages that it has results of
   */
  add(level: Level, text: string): readonly string[] {
    const packages = new Set<string>();
    let pkg = "";
    for (const line of text.split("\n")) {
      if (line.startsWith("pkg: ")) pkg = line.slice(5).trim();
      else if (line.startsWith("Unit ")) this.#units.add(line);
      const name = /^Benchmark(\S*)\s+\d+\s+\S+\s+\S/.exec(line)?.[1];
      if (name === undefined) continue;
      packages.add(pkg);
      const time = /\s([0-9.e+-]+) ns\/op/.exec(line)?.[1];
      this.#keep(level, {
        benchmark: { pkg, name },
        line,
        time: time === undefined ? undefined : Number(time),
      });
    }
    return [...packages];
  }

  #keep(level: Level, result: Result): void {
    const key = keyOf(result.benchmark);
    if (!this.#benchmarks.has(key)) this.#benchmarks.set(key, result.benchmark);
    const known = this.#results.get(level)?.get(key);
    if (known === undefined) this.#results.get(level)?.set(key, [result]);
    else known.push(result);
  }

  /** Leaves out a package that did not run to its end. */
  drop(pkg: string): void {
    this.#dropped.add(pkg);
  }

  /** Whether nothing was measured at all. */
  get isEmpty(): boolean {
    return this.#benchmarks.size === 0;
  }

  /** Benchmarks that every level has measured, in the order of their first results. */
  get compared(): readonly Benchmark[] {
    return [...this.#benchmarks.values()].filter((benchmark) => this.#isWhole(benchmark));
  }

  /** Benchmarks that some level has not measured: they failed there, or do not exist. */
  get incomplete(): readonly Incomplete[] {
    return [...this.#benchmarks.values()]
      .filter((benchmark) => !this.#isWhole(benchmark))
      .map((benchmark) => ({
        ...benchmark,
        missing: this.levels.filter((level) => this.#of(level, benchmark).length === 0),
      }));
  }

  /** Returns the lines of a level for benchstat, with only the benchmarks that all levels have. */
  textOf(level: Level): string {
    const lines = [...this.#units];
    let pkg = "";
    for (const benchmark of this.compared) {
      if (benchmark.pkg !== pkg) lines.push(`pkg: ${benchmark.pkg}`);
      pkg = benchmark.pkg;
      lines.push(...this.#of(level, benchmark).map(({ line }) => line));
    }
    return lines.map((line) => `${line}\n`).join("");
  }

  /** Returns all times of a benchmark, in nanoseconds. */
  timesOf(level: Level, benchmark: Benchmark): readonly number[] {
    return this.#of(level, benchmark).flatMap(({ time }) => time ?? []);
  }

  #isWhole(benchmark: Benchmark): boolean {
    if (this.#dropped.has(benchmark.pkg)) return false;
    return this.levels.every((level) => this.#of(level, benchmark).length > 0);
  }

  #of(level: Level, benchmark: Benchmark): readonly Result[] {
    return this.#results.get(level)?.get(keyOf(benchmark)) ?? [];
  }
}

function keyOf({ pkg, name }: Benchmark): string {
  return `${pkg} ${name}`;
}
