import { expect, test } from "bun:test";
import type { ProgramFigures, Report } from "../../scripts/bench/figures.ts";
import { differences, spread } from "../../scripts/bench/statistics.ts";
import { renderArchitectures } from "../../scripts/bench/table.ts";

test("a spread has the median and the quartiles, between two numbers where none is in the middle", () => {
  expect(spread([4, 1, 3, 2, 5])).toEqual({ median: 3, low: 2, high: 4 });
  expect(spread([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
});

test("differences are those of the same round, and rounds must match", () => {
  expect(differences([5, 7], [4, 5])).toEqual([1, 2]);
  expect(() => differences([5], [])).toThrow("rounds");
});

test("a table shows the sizes of those programs that were built for other architectures", () => {
  const program = (name: string, architectures: ProgramFigures["architectures"]): ProgramFigures => ({
    name,
    what: "a tool",
    base: "v3",
    plain: { size: 1, starts: [], cold: undefined, memory: undefined },
    bundles: [],
    secondBuild: undefined,
    ...(architectures === undefined ? {} : { architectures }),
  });
  const report = (...programs: readonly ProgramFigures[]): Report => ({
    machine: { cpu: "", cpus: 1, kernel: "", go: "", launcher: undefined },
    rounds: 1,
    programs,
    notes: [],
  });
  const built = program("a", [
    { architecture: "arm", levels: ["5", "7"], plain: 4_000_000, packed: 2_000_000 },
    { architecture: "arm64", levels: ["v8.0"], plain: 5_000_000, packed: 2_000_000 },
  ]);
  expect(renderArchitectures(report(program("b", undefined), built, program("c", [])))).toBe(
    [
      "| program | arm: 5, 7 | arm64: v8.0 |",
      "| --- | --- | --- |",
      "| a, a tool | 4.0 MB, 0.50× | 5.0 MB, 0.40× |",
    ].join("\n"),
  );
  expect(renderArchitectures(report(program("b", undefined)))).toBe("Not measured.");
});
