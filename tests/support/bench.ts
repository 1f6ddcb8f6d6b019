/**
 * Go packages whose benchmarks report times by the level of their build, whatever the machine: the result
 * of `mgo bench` is known beforehand.
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { findBenchstat } from "../../src/bench/benchstat.ts";
import type { Level } from "../../src/levels/level.ts";
import { nativeLevels } from "../../src/levels/native.ts";
import { scratch, shared } from "./folders.ts";
import { goMod } from "./programs.ts";
import type { Outcome } from "./run.ts";
import { type Files, MGO, makeWorkspace, run, type Workspace } from "./workspace.ts";

/** Levels of this machine. */
export const levels: readonly Level[] = nativeLevels("amd64");
export const [lowest = "v1"] = levels;
export const highest: Level = levels.at(-1) ?? "v1";

/** Shared by all tests, as benchstat lies in it. */
const cache = join(shared, "bench-cache");
mkdirSync(cache, { recursive: true });

/** Whether benchstat is available and there is something to compare; else tests are skipped. */
export const canBench = levels.length > 1 && (await hasBenchstat());

async function hasBenchstat(): Promise<boolean> {
  const go = Bun.which("go");
  const place = { env: { ...process.env, MGOCACHE: cache }, cwd: "/", signal: new AbortController().signal };
  return (
    go !== null &&
    (await findBenchstat(go, mkdtempSync(join(scratch, "benchstat-")), place).then(
      () => true,
      () => false,
    ))
  );
}

/** Nanoseconds by level: the same for all that are not named. */
export type Times = Readonly<Partial<Record<Level, number>>> & { readonly other: number };

/**
 * A package with such benchmarks.
 *
 * @param folder "" for the module's own
 * @param body Go statements that run first in each benchmark, with `level` (1 to 4) and `b` in sight
 */
export function benchmarks(folder: string, times: Readonly<Record<string, Times>>, body = ""): Files {
  const place = folder === "" ? "" : `${folder}/`;
  const level = (number: number, tags: string): [string, string] => [
    `${place}v${number}_test.go`,
    `//go:build ${tags}\n\npackage bench\n\nconst level = ${number}\n`,
  ];
  const functions = Object.entries(times).map(([name, time]) => {
    const list = (["v1", "v2", "v3", "v4"] as const).map((known) => time[known] ?? time.other);
    return `func Benchmark${name}(b *testing.B) { report(b, ${list.join(", ")}) }`;
  });
  return {
    [`${place}bench_test.go`]: `package bench

import (
	"fmt"
	"os"
	"testing"
)

var (
	_ = fmt.Sprint
	_ = os.Args
)

// report says that an operation takes as long as its level has it.
func report(b *testing.B, times ...float64) {
	${body}
	for i := 0; i < b.N; i++ {
	}
	b.ReportMetric(times[level-1], "ns/op")
}

${functions.join("\n\n")}
`,
    ...Object.fromEntries([
      level(1, "!amd64.v2"),
      level(2, "amd64.v2 && !amd64.v3"),
      level(3, "amd64.v3 && !amd64.v4"),
      level(4, "amd64.v4"),
    ]),
  };
}

/** A module that is a third faster at this machine's highest level, and nothing else. */
export const GAINS: Files = {
  ...goMod("example.com/gains"),
  ...benchmarks("", {
    Sum: { other: 120, [highest]: 80 },
    Sort: { other: 3000, [highest]: 2000 },
  }),
};

/** A workspace that finds benchstat. */
export function benchWorkspace(files: Files): Workspace {
  const workspace = makeWorkspace(files);
  return { ...workspace, cache, env: { ...workspace.env, MGOCACHE: cache } };
}

/** `mgo bench` with as few iterations as there can be. */
export function bench(
  workspace: Workspace,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  folder = ".",
): Outcome {
  return run(workspace, [...MGO, "bench", "-benchtime=1x", ...args], env, folder);
}

/** Standard error without the lines about steps. */
export function errorsOf({ stderr }: Outcome): string {
  return stderr.replaceAll(
    /^mgo: bench: (?:building the tests for|extracting|running|round \d+ of) .*\n/gm,
    "",
  );
}
