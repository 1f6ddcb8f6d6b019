/** Sizes by part: they add up to the files. */
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { openBundle } from "../../src/bundle/read.ts";
import { measureSizes } from "../../src/bundle/sizes.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { expectSuccess } from "../support/run.ts";
import { buildBundle, buildVariant, UNSTRIPPED } from "../support/variants.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

test.each([
  ["packed", "static"],
  ["direct", "static"],
  ["packed", UNSTRIPPED],
  ["direct", UNSTRIPPED],
] as const)("of a %s bundle add up to the file and to its variants (%p)", async (layout, kind) => {
  const bundle = await openBundle(await buildBundle({ layout, kind }));
  const sizes = await measureSizes(bundle);
  expect(sizes.size).toBe(statSync(bundle.name).size);
  expect(
    sizes.launcher + sizes.directory + sizes.buildInfo + sum(sizes.variants.map(({ stored }) => stored)),
  ).toBe(sizes.size);
  expect(sizes.variants.map(({ level }) => level)).toEqual([...LEVELS]);
  for (const { level, size, stored, recipe, parts } of sizes.variants) {
    expect(size).toBe(statSync(buildVariant(level, "levels", kind)).size);
    expect(sum(parts.map((part) => part.size))).toBe(size);
    expect(sum(parts.map((part) => part.stored)) + recipe).toBe(stored);
  }
  const debug = sizes.variants[0]?.parts.find(({ part }) => part === "debug")?.size ?? 0;
  expect(debug > 100_000).toBe(kind !== "static");
});

test("a part's size is that of its section, as readelf has it", async () => {
  const file = buildVariant("v1");
  const listed = Bun.spawnSync(["readelf", "-SW", file]).stdout.toString();
  const sections = [
    ...listed.matchAll(
      /\] (\.gopclntab|\.go\.pclntab|\.data\.rel\.ro\.gopclntab) +\S+ +\S+ +\S+ +([0-9a-f]+)/g,
    ),
  ];
  const expected = sum(sections.map(([, , size]) => Number.parseInt(size ?? "", 16)));
  const sizes = await measureSizes(await openBundle(await buildBundle()));
  expect(expected).toBeGreaterThan(0);
  expect(sizes.variants[0]?.parts.find(({ part }) => part === ".gopclntab")?.size).toBe(expected);
});

test("mgo inspect --sizes shows them in 80 columns, and as JSON", async () => {
  const workspace = makeWorkspace();
  const bundle = await buildBundle();
  const { stdout } = expectSuccess(
    run(workspace, ["cp", bundle, "program"]) && run(workspace, [...MGO, "inspect", "--sizes", "program"]),
  );
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/^ {2}\.text( +\S+ [kM]?B){4} {2}code$/m);
  expect(stdout).toMatch(/^ {2}launcher +[\d.]+ kB/m);
  const json = JSON.parse(
    expectSuccess(run(workspace, [...MGO, "inspect", "--sizes", "--json", "program"])).stdout,
  );
  expect(json.variants[3]).toMatchObject({ level: "v4", codec: "predicted" });
});
