/** Results in Go's benchmark format, collected over the rounds. */
import type { Level } from "../level.ts";

/** One line of results. */
interface Result {
  /** The package's import path; empty where there is none. */
  readonly pkg: string;
  /** As Go prints it: `BenchmarkSum/size=8-2`. */
  readonly name: string;
  /** The whole line. */
  readonly line: string;
  /** In nanoseconds; undefined for a benchmark that reports none. */
  readonly time: number | undefined;
}

/** A benchmark, whatever its level. */
export interface Benchmark {
  readonly pkg: string;
  /** Without `Benchmark` in front. */
  readonly name: string;
}

export class Results {
  readonly levels: readonly Level[];
  readonly #results = new Map<Level, Result[]>();
  readonly #units = new Set<string>();
  readonly #dropped = new Set<string>();

  constructor(levels: readonly Level[]) {
    this.levels = levels;
    for (const level of levels) this.#results.set(level, []);
  }

  /**
   * Adds what a run at a level printed.
   *
   * @returns the packages that it is of
   */
  add(level: Level, text: string): readonly string[] {
    const packages = new Set<string>();
    let pkg = "";
    for (const line of text.split("\n")) {
      if (line.startsWith("pkg: ")) pkg = line.slice(5).trim();
      else if (line.startsWith("Unit ")) this.#units.add(line);
      const match = /^(Benchmark\S*)\s+\d+\s+\S+\s+\S/.exec(line);
      if (match?.[1] === undefined) continue;
      packages.add(pkg);
      const time = /\s([0-9.e+-]+) ns\/op/.exec(line)?.[1];
      const result = { pkg, name: match[1], line, time: time === undefined ? undefined : Number(time) };
      this.#results.get(level)?.push(result);
    }
    return [...packages];
  }

  /** Leaves out a package, of which not all was run. */
  drop(pkg: string): void {
    this.#dropped.add(pkg);
  }

  /** Whether nothing was measured at all. */
  get isEmpty(): boolean {
    return [...this.#results.values()].every((list) => list.length === 0);
  }

  /** Those that every level has measured, in the order of their first results. */
  get compared(): readonly Benchmark[] {
    return this.#benchmarks(true);
  }

  /** Those that some level has not measured: they failed there, or do not exist. */
  get incomplete(): readonly (Benchmark & { readonly missing: readonly Level[] })[] {
    return this.#benchmarks(false).map((benchmark) => ({
      ...benchmark,
      missing: this.levels.filter((level) => !this.#has(level, benchmark)),
    }));
  }

  /** The lines of a level, for benchstat, without benchmarks that another level has not. */
  textOf(level: Level): string {
    const lines = [...this.#units];
    let pkg: string | undefined;
    const known = new Set(this.compared.map(keyOf));
    for (const result of this.#results.get(level) ?? []) {
      if (!known.has(keyOf(benchmarkOf(result)))) continue;
      if (result.pkg !== pkg && result.pkg !== "") lines.push(`pkg: ${result.pkg}`);
      pkg = result.pkg;
      lines.push(result.line);
    }
    return lines.map((line) => `${line}\n`).join("");
  }

  /** All times of a benchmark, in nanoseconds. */
  timesOf(level: Level, { pkg, name }: Benchmark): readonly number[] {
    return (this.#results.get(level) ?? [])
      .filter((result) => result.pkg === pkg && benchmarkOf(result).name === name)
      .flatMap(({ time }) => time ?? []);
  }

  #benchmarks(isWhole: boolean): readonly Benchmark[] {
    const all = new Map<string, Benchmark>();
    for (const list of this.#results.values()) {
      for (const result of list) {
        const benchmark = benchmarkOf(result);
        if (!all.has(keyOf(benchmark))) all.set(keyOf(benchmark), benchmark);
      }
    }
    return [...all.values()].filter(
      (benchmark) =>
        (!this.#dropped.has(benchmark.pkg) && this.levels.every((level) => this.#has(level, benchmark))) ===
        isWhole,
    );
  }

  #has(level: Level, { pkg, name }: Benchmark): boolean {
    return (this.#results.get(level) ?? []).some(
      (result) => result.pkg === pkg && benchmarkOf(result).name === name,
    );
  }
}

function benchmarkOf({ pkg, name }: Result): Benchmark {
  return { pkg, name: name.slice("Benchmark".length) };
}

function keyOf({ pkg, name }: Benchmark): string {
  return `${pkg} ${name}`;
}
