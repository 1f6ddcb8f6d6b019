/** The level that this machine can run, and the variant for it. */
import { describe, expect, test } from "bun:test";
import { START_POLICIES } from "../../src/bundle/layout.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { levelsOfCpus, nativeLevels } from "../../src/levels/native.ts";
import { HELLO } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { buildBundle } from "../support/variants.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const V1 = "fpu cx8 cmov mmx fxsr sse sse2";
const V2 = `${V1} pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm`;
const V3 = `${V2} fma movbe xsave avx f16c abm bmi1 avx2 bmi2`;
const V4 = `${V3} avx512f avx512dq avx512cd avx512bw avx512vl`;

describe("the level of a /proc/cpuinfo", () => {
  test.each([
    ["v1", [V1]],
    ["v2", [V2]],
    ["v3", [V3]],
    ["v4", [V4]],
    // The worse of two.
    ["v2", [V4, V2]],
    // A level needs all of those below.
    ["v1", [V4.replace("cx16 ", "")]],
    ["v3", [V4.replace("avx512cd ", "")]],
    [undefined, [V4.replace("cmov ", "")]],
    [undefined, []],
  ])("is %p", (level, cpus) => {
    const text = cpus
      .map((flags, index) => `processor\t: ${index}\nflags\t\t: ${flags}\nbugs\t\t:\n`)
      .join("\n");
    expect<unknown>(levelsOfCpus("amd64", text).at(-1)).toBe(level);
  });
});

test("each feature of a level counts", () => {
  for (const [level, flags, below] of [
    ["v4", V4, V3],
    ["v3", V3, V2],
    ["v2", V2, V1],
  ] as const) {
    for (const feature of flags.slice(below.length + 1).split(" ")) {
      const without = flags.split(" ").filter((flag) => flag !== feature);
      expect([feature, levelsOfCpus("amd64", `flags\t\t: ${without.join(" ")}\n`).at(-1)]).not.toEqual([
        feature,
        level,
      ]);
    }
  }
});

test("another architecture's levels are not this machine's", () => {
  const [own, other] =
    process.arch === "arm64" ? (["arm64", "amd64"] as const) : (["amd64", "arm64"] as const);
  expect(() => nativeLevels(other, "a hint")).toThrow(
    `this machine is linux/${own}: it runs no program for linux/${other}`,
  );
});

describe("mgo extract --native", () => {
  test("gives the variant that the bundle starts, byte for byte", () => {
    const workspace = makeWorkspace(HELLO);
    for (const [name, levels] of Object.entries({ all: LEVELS.join(","), few: "v1,v2", one: "v1,v4" })) {
      expectSuccess(run(workspace, [...MGO, `-mgo.levels=${levels}`, "-o", name]));
      // GOAMD64 is for building: it has no say.
      expectSuccess(
        run(workspace, [...MGO, "extract", name, "--native", "-o", `${name}.mgo`], { GOAMD64: "v1" }),
      );
      expectSuccess(run(workspace, ["sh", "-c", `MGODEBUG=extract ./${name} > ${name}.own`]));
      expectSuccess(run(workspace, ["cmp", `${name}.mgo`, `${name}.own`]));
      const started = expectSuccess(run(workspace, [`./${name}`])).stdout;
      expect(expectSuccess(run(workspace, [`./${name}.mgo`])).stdout).toBe(started);
    }
    expect(expectSuccess(run(workspace, ["./all"])).stdout).toBe(`level ${nativeLevels("amd64").at(-1)}\n`);
  });

  test("follows the start policy of a direct bundle", async () => {
    for (const startPolicy of START_POLICIES) {
      for (const base of ["v1", "v3"] as const) {
        // v4 changes nothing of v3 outside of Go's runtime.
        const path = await buildBundle({ layout: "direct", startPolicy, program: "place", base });
        const workspace = makeWorkspace();
        expectSuccess(run(workspace, [...MGO, "extract", path, "--native", "-o", "native"]));
        expectSuccess(run(workspace, ["sh", "-c", `MGODEBUG=extract ${path} > own && cmp native own`]));
      }
    }
  });

  test("wants to know one variant", () => {
    const workspace = makeWorkspace(HELLO);
    expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1,v2", "-o", "x"]));
    const both = run(workspace, [...MGO, "extract", "x", "--native", "--level", "v1", "-o", "y"]);
    expect(both).toMatchObject({
      status: 2,
      stderr: "mgo: extract: --level and --native exclude each other\nhint: x has v1, v2\n",
    });
    const neither = run(workspace, [...MGO, "extract", "x", "-o", "y"]);
    expect(neither.stderr).toBe("mgo: extract: missing --level LEVEL or --native\nhint: x has v1, v2\n");
  });
});
