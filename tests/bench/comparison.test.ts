import { describe, expect, test } from "bun:test";
import { type Cell, type Comparison, readComparisons } from "../../src/bench/comparison.ts";
import { Results } from "../../src/bench/results.ts";
import { renderTable } from "../../src/bench/table.ts";
import { formatFigure } from "../../src/bench/units.ts";
import { judge, judgeLevel } from "../../src/bench/verdict.ts";
import { conclude } from "../../src/bench/words.ts";
import type { Level } from "../../src/levels/level.ts";

/** As benchstat prints it, with names that need quotes, and a benchmark that has no package. */
const CSV = `,v1,,v3,,,
,sec/op,CI,sec/op,CI,vs base,P
"example.com/a Sum/size=1,""x""-2",1.5e-06,1%,1.2e-06,2%,-20.00%,p=0.000 n=10
Copy-2,2e-06,∞,2.1e-06,3%,~,p=0.123 n=4
geomean,1.7e-06,,1.5e-06,,-8.35%,

,v1,,v3,,,
,B/op,CI,B/op,CI,vs base,P
"example.com/a Sum/size=1,""x""-2",0,0%,16,0%,?,p=0.000 n=10
Copy-2,0,0%,0,0%,~,p=1.000 n=10
geomean,,,,,,
`;

/** A comparison of levels with v1; each row has a delta and a chance for each of them. */
function comparison(
  rows: readonly (readonly (readonly [number, number])[])[],
  base: Level = "v1",
): Comparison {
  const others: readonly Level[] = ["v2", "v3", "v4"];
  const cell = (delta: number, p?: number): Cell => ({
    median: 1e-6 * (1 + delta),
    spread: 0.01,
    delta,
    isSignificant: p !== undefined && p < 0.05,
    p,
  });
  const width = rows[0]?.length ?? 0;
  const mean = (at: number): number =>
    Math.exp(rows.reduce((sum, row) => sum + Math.log(1 + (row[at]?.[0] ?? 0)), 0) / rows.length) - 1;
  return {
    unit: "sec/op",
    base,
    levels: [base, ...others.slice(0, width)],
    rows: rows.map((row, index) => ({
      pkg: "example.com/a",
      name: `Row${index}-2`,
      cells: new Map<Level, Cell>([
        [base, cell(0)],
        ...row.map(([delta, p], at): [Level, Cell] => [others[at] ?? "v4", cell(delta, p)]),
      ]),
    })),
    geomean: new Map(others.slice(0, width).map((level, at) => [level, { median: 1e-6, delta: mean(at) }])),
  };
}

describe("benchstat's CSV", () => {
  test("becomes a table for each unit", () => {
    const [time, bytes] = readComparisons(CSV, ["v1", "v3"]);
    expect(time?.unit).toBe("sec/op");
    expect(time?.rows.map(({ pkg, name }) => [pkg, name])).toEqual([
      ["example.com/a", 'Sum/size=1,"x"-2'],
      ["", "Copy-2"],
    ]);
    const [sum, copy] = time?.rows.map(({ cells }) => cells.get("v3")) ?? [];
    expect(sum).toEqual({
      median: 1.2e-6,
      spread: 0.02,
      delta: expect.closeTo(-0.2),
      isSignificant: true,
      p: 0,
    });
    expect(copy).toMatchObject({ isSignificant: false, p: 0.123 });
    expect(time?.rows[1]?.cells.get("v1")).toMatchObject({ spread: undefined, delta: 0, p: undefined });
    expect(time?.geomean.get("v3")?.delta).toBeCloseTo(1.5 / 1.7 - 1);
    expect(bytes?.unit).toBe("B/op");
    expect(bytes?.geomean.size).toBe(0);
    expect(bytes?.rows[1]?.cells.get("v3")?.delta).toBe(0);
    // From nothing to 16 bytes is a change, though no percentage.
    expect(bytes?.rows[0]?.cells.get("v3")).toMatchObject({ delta: Infinity, isSignificant: true });
    expect(renderTable(bytes ?? comparison([])).join("\n")).toContain(" +∞% p<0.001");
  });

  test.each([
    ["no head", "a,b\n"],
    ["another level", ",v1,,v2,,,\n,sec/op,CI,sec/op,CI,vs base,P\n"],
    ["no figure", ",v1,,v3,,,\n,sec/op,CI,sec/op,CI,vs base,P\nA,1,1%,x,1%,~,\n"],
  ])("with %s is refused", (_, text) => {
    expect(() => readComparisons(text, ["v1", "v3"])).toThrow();
  });
});

describe("results", () => {
  const text = (names: readonly string[]): string => {
    const lines = names.map((name) => `some log\n${name}-2   \t 10\t 12.5 ns/op\n`);
    return `goos: linux\npkg: example.com/a\n${lines.join("")}PASS\n`;
  };

  test("keep benchmark lines only, and leave out what a level has not", () => {
    const results = new Results(["v1", "v3"]);
    results.add("v1", text(["BenchmarkA", "BenchmarkB"]));
    results.add("v3", text(["BenchmarkA"]));
    expect(results.textOf("v1")).toBe("pkg: example.com/a\nBenchmarkA-2   \t 10\t 12.5 ns/op\n");
    expect(results.incomplete).toEqual([{ pkg: "example.com/a", name: "B-2", missing: ["v3"] }]);
    expect(results.timesOf("v1", { pkg: "example.com/a", name: "A-2" })).toEqual([12.5]);
  });

  test("leave out a package that did not run to its end", () => {
    const results = new Results(["v1"]);
    results.add("v1", text(["BenchmarkA"]));
    results.drop("example.com/a");
    expect(results.textOf("v1")).toBe("");
    expect(results.incomplete).toEqual([{ pkg: "example.com/a", name: "A-2", missing: [] }]);
  });
});

describe("the verdict", () => {
  test("is a gain where a benchmark is surely faster, and the mean is", () => {
    const found = judgeLevel(comparison([[[-0.2, 0]], [[0.01, 0.6]]]), "v2");
    expect(found).toMatchObject({ kind: "faster", faster: 1, slower: 0, total: 2 });
  });

  test("is none where one benchmark in thirty seems faster", () => {
    const rows = Array.from({ length: 30 }, (_, index) => {
      return [index === 0 ? ([-0.05, 0.03] as const) : ([0, 0.5] as const)];
    });
    expect(judgeLevel(comparison(rows), "v2")).toMatchObject({ kind: "same", faster: 1 });
  });

  test("is none where what is faster and what is slower are as much", () => {
    expect(judgeLevel(comparison([[[-0.2, 0]], [[0.25, 0]]]), "v2").kind).toBe("mixed");
  });

  test("says what is slower", () => {
    expect(judgeLevel(comparison([[[0.2, 0]], [[0.3, 0]]]), "v2").kind).toBe("slower");
  });

  test("names the levels that add to those below them", async () => {
    const bases: Readonly<Record<string, Comparison>> = {
      v1: comparison([
        [
          [0, 0.9],
          [-0.2, 0],
          [-0.2, 0],
        ],
      ]),
      v3: comparison(
        [
          [
            [0.2, 0],
            [0, 0.9],
            [0.01, 0.9],
          ],
        ],
        "v3",
      ),
    };
    const verdict = await judge(["v1", "v2", "v3", "v4"], async (base) => bases[base] ?? comparison([]));
    expect(verdict.worth).toEqual(["v1", "v3"]);
    const base = bases.v1 ?? comparison([]);
    const found = conclude(base, verdict, [], 10);
    expect(found.gains).toBe(true);
    expect(found.headline).toBe("v3 takes 20 % less time than v1 (geomean; its one benchmark is faster).");
    expect(found.advice).toBe("On this CPU, -mgo.levels=v1,v3 gives the whole gain: v2 and v4 add nothing.");
    const other = conclude(base, verdict, ["v4"], 10);
    expect(other.advice).toEndWith("This CPU has no v4: what that gains is not known.");
  });

  const same = comparison([
    [
      [0, 0.9],
      [-0.01, 0.5],
      [0.01, 0.2],
    ],
  ]);

  test("says plainly that nothing is gained", async () => {
    const verdict = await judge(["v1", "v2", "v3", "v4"], async () => same);
    const found = conclude(same, verdict, [], 10);
    expect(found.gains).toBe(false);
    expect(found.headline).toBe("Nothing is gained: no level differs from v1 by more than chance.");
    expect(found.advice).toBe("On this CPU, plain go build serves as well as a bundle.");
    expect(found.doubts).toEqual([]);
  });

  /** The comparison with another spread in each cell. */
  const spreadBy = (table: Comparison, spread: number | undefined): Comparison => ({
    ...table,
    rows: table.rows.map(({ cells, ...row }) => ({
      ...row,
      cells: new Map([...cells].map(([level, cell]): [Level, Cell] => [level, { ...cell, spread }])),
    })),
  });
  const judged = async (table: Comparison, rounds: number) => {
    const verdict = await judge(table.levels, async () => table);
    return { verdict, ...conclude(table, verdict, [], rounds) };
  };

  test("advises nothing where the machine is too noisy to tell, or the rounds are too few", async () => {
    const noisy = await judged(spreadBy(same, 0.3), 10);
    expect(noisy).toMatchObject({ gains: undefined, advice: undefined });
    expect(noisy.headline).toBe("These figures do not show whether anything is gained.");
    expect(noisy.doubts.join()).toStartWith(
      "The machine is noisy: half of the medians are known to ±30% or worse",
    );
    expect(noisy.levels[0]).toStartWith("v2: unclear against v1: between 40 % less and 67 % more time; ");
    for (const [rounds, given] of [
      [1, "1 round gives"],
      [5, "5 rounds give"],
    ] as const) {
      const few = await judged(spreadBy(same, undefined), rounds);
      expect(few).toMatchObject({ gains: undefined, advice: undefined, levels: [] });
      expect(few.headline).toBe("These figures do not show whether anything is gained.");
      expect(few.doubts.join()).toStartWith(`${given} no confidence intervals: that takes 6`);
    }
  });

  test("is none without confidence intervals, however large the difference", async () => {
    const large = comparison([[[-0.5, 0.002]], [[-0.4, 0.002]]]);
    expect(judgeLevel(large, "v2").kind).toBe("faster");
    const few = await judged(spreadBy(large, undefined), 5);
    expect(few.verdict.levels[0]).toMatchObject({ kind: "unclear", interval: undefined });
    expect(few.gains).toBeUndefined();
    // One of two benchmarks has failed in most of the rounds.
    const rows = large.rows.map((row, index) => (index === 0 ? row : spreadBy(large, undefined).rows[1]));
    const partly = await judged({ ...large, rows: rows.filter((row) => row !== undefined) }, 10);
    expect(partly.gains).toBeUndefined();
    expect(partly.doubts.join()).toStartWith("1 of 2 benchmarks lack results for a confidence interval");
  });

  test("is none where one benchmark gains, and the noise of others hides what the mean does", async () => {
    const table = comparison([[[-0.2, 0]], [[0.02, 0.6]]]);
    const [first, second] = [table.rows[0], spreadBy(table, 0.4).rows[1]];
    if (first === undefined || second === undefined) throw new Error("two rows");
    const found = await judged({ ...table, rows: [first, second] }, 10);
    expect(found.verdict.levels[0]?.kind).toBe("unclear");
    expect(found.gains).toBeUndefined();
  });

  test("names the levels of which it is unclear whether they add to the others", async () => {
    const bases: Readonly<Record<string, Comparison>> = {
      v1: comparison([
        [
          [-0.2, 0],
          [-0.25, 0],
        ],
      ]),
      v2: spreadBy(
        comparison(
          [
            [
              [0, 0.9],
              [-0.06, 0.2],
            ],
          ],
          "v2",
        ),
        0.1,
      ),
    };
    const base = bases.v1 ?? comparison([]);
    const verdict = await judge(["v1", "v2", "v3"], async (level) => bases[level] ?? comparison([]));
    const found = conclude(base, verdict, [], 10);
    expect(found.gains).toBe(true);
    expect(found.advice).toBe(
      "On this CPU, -mgo.levels=v1,v2 gives a certain gain. Whether v3 adds to it is unclear.",
    );
  });

  test("takes no time of zero for equality", () => {
    const table = comparison([[[Infinity, 0]]]);
    expect(judgeLevel({ ...table, geomean: new Map() }, "v2").kind).toBe("unclear");
  });
});

test("a table fits into 80 columns, whatever the names", () => {
  const rows = Array.from(
    { length: 3 },
    () =>
      [
        [-0.104, 0],
        [1.52, 0.043],
        [0.5, 0.5],
      ] as const,
  );
  const table = comparison(rows);
  const long = {
    ...table,
    rows: table.rows.map((row, index) => ({ ...row, name: `${"Long".repeat(index * 6 + 1)}-2` })),
  };
  const lines = renderTable(long);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line.includes("-10.4% p<0.001")).length).toBe(3);
  expect(lines.find((line) => line.includes("Long"))).not.toContain("-2 ");
});

test("a mean that is not known well enough has its interval beside it", () => {
  const table = comparison([[[-0.3, 0.1]], [[-0.2, 0.2]]]);
  const lastLine = (shown: Comparison) => renderTable(shown).at(-1);
  const wide = (spread: number | undefined) => ({
    ...table,
    rows: table.rows.map(({ cells, ...row }) => ({
      ...row,
      cells: new Map([...cells].map(([level, cell]): [Level, Cell] => [level, { ...cell, spread }])),
    })),
  });
  expect(lastLine(table)).toMatch(/ -25\.2%$/);
  expect(lastLine(wide(0.2))).toMatch(/ -25\.2% ±1\d%$/);
  expect(lastLine(wide(undefined))).toMatch(/ -25\.2% ±∞$/);
});

test("a figure is shown in the unit that benchstat gives it", () => {
  expect(formatFigure(1.5e-3, "sec/op")).toBe("1.50 ms");
  expect(formatFigure(2048, "B/op")).toBe("2.0 kB");
  expect([1234.5, 12.34, 0].map((value) => formatFigure(value, "things/op"))).toEqual([
    "1235",
    "12.3",
    "0.00",
  ]);
});
