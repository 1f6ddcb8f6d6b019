/** `mgo bench --exec`: commands that run a bundle's variants. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bench, benchWorkspace, canBench, errorsOf, highest, levels, lowest } from "../support/bench.ts";
import { expectSuccess } from "../support/run.ts";
import { buildBundle, buildVariant } from "../support/variants.ts";
import { listFiles } from "../support/workspace.ts";

const TWICE = ["-benchtime=2x", "-count=6", `-mgo.levels=${lowest},${highest}`];

describe.skipIf(!canBench)("mgo bench --exec", () => {
  test.each(["packed", "direct"] as const)("times the variants of a %s bundle in turns", async (layout) => {
    const workspace = benchWorkspace({ "a folder/": "" });
    const bundle = await buildBundle({ layout });
    const command = "{} argument >>out; echo {} >>names";
    const outcome = expectSuccess(bench(workspace, ["--exec", command, ...TWICE, bundle]));
    expect(errorsOf(outcome)).toBe("");
    expect(outcome.stdout).toMatch(/^ {2}Command +\S+ [mµn]?s ±/m);
    expect(outcome.stdout).toContain(` one plain build (`);
    // Once for each before the rounds.
    const names = readFileSync(join(workspace.folder, "names"), "utf8").trimEnd().split("\n");
    expect(names.length).toBe(2 * (1 + 6 * 2));
    expect(new Set(names.map((name) => name.split("/").at(-2)))).toEqual(new Set([lowest, highest]));
    expect(listFiles(workspace.temporary)).toEqual([]);
  });

  test("says at which level the command fails, and with what", async () => {
    const bundle = await buildBundle();
    const workspace = benchWorkspace({});
    const command = `case {} in */${highest}/*) echo no such luck >&2; exit 3;; esac`;
    const outcome = bench(workspace, ["--exec", command, ...TWICE, bundle]);
    expect(outcome.status).toBe(1);
    expect(errorsOf(outcome)).toBe(
      `mgo: bench: the command fails at ${highest} with status 3: no such luck\n` +
        `hint: the command is: ${command}\n`,
    );
    expect(listFiles(workspace.temporary)).toEqual([]);
  });

  test.skipIf(levels.includes("v4"))("leaves out levels that the bundle has and the CPU lacks", async () => {
    const outcome = expectSuccess(
      bench(benchWorkspace({}), ["--exec", "{}", "-count=1", await buildBundle()]),
    );
    expect(outcome.stderr).toContain("mgo: bench: this CPU has no");
  });
});

test("a bundle of one level, or a plain program, has nothing to compare", async () => {
  const one = await buildBundle({ levels: [lowest] });
  const refused = bench(benchWorkspace({}), ["--exec", "{}", one]);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toMatch(
    /^mgo: (?:bench: nothing to compare v\d with: .* has no other|.* is no bundle)\n/,
  );
  const plain = bench(benchWorkspace({}), ["--exec", "{}", buildVariant("v1")]);
  expect(plain.stderr).toMatch(/^mgo: .* is no bundle\nhint: /);
});

test.each([
  [
    ["--exec", "true", "x"],
    /^mgo: bench: --exec "true": missing \{\}, .*\nhint: mgo bench --exec '\{\} --version' BUNDLE\n$/,
  ],
  [["--exec", "{}"], /^mgo: bench: --exec takes one bundle, not 0\nhint: /],
  [["--exec", "{}", "a", "b"], /^mgo: bench: --exec takes one bundle, not 2\nhint: /],
  [
    ["--exec", "{}", "a", "-bench=x"],
    /^mgo: bench: -bench is a flag of go test, which --exec does not run\n$/,
  ],
  [["--exec", "{}", "a", "-frobnicate"], /^mgo: bench: unknown flag -frobnicate\n$/],
])("%p is refused", (args, message) => {
  const outcome = bench(benchWorkspace({}), args);
  expect(outcome.stderr).toMatch(message);
  expect(outcome.status).toBe(2);
});
