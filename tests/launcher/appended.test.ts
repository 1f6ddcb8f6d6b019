/** Data that people append to executables: to variants before they are bundled, and to bundles. */

import { beforeAll, expect, test } from "bun:test";
import { appendFileSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { goMod } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const DATA = "appended by hand";
const LEVELS = ["v1", "v2"] as const;

/** Prints if its own file, and the file that it was called by, end with the data. */
const PROGRAM = `package main

import (
	"fmt"
	"os"
	"strings"
)

func has(path string) bool {
	data, err := os.ReadFile(path)
	return err == nil && strings.HasSuffix(string(data), "appended"+os.Args[1])
}

func main() {
	fmt.Println(has("/proc/self/exe"), has(os.Args[0]))
}
`;

const place = makeWorkspace({ ...goMod("example.com/appended"), "main.go": PROGRAM });
const local = (name: string): string => join(place.folder, name);

beforeAll(() => {
  for (const level of LEVELS) {
    expectSuccess(run(place, ["go", "build", "-o", level, "."], { GOAMD64: level }));
    copyFileSync(local(level), local(`${level}.more`));
    appendFileSync(local(`${level}.more`), DATA);
  }
  for (const layout of LAYOUTS) {
    const pack = (output: string, suffix: string): void => {
      const files = LEVELS.map((level) => level + suffix);
      const flags = [`--layout=${layout}`, "--base=v1", "-o", output];
      expectSuccess(run(place, [...MGO, "pack", ...flags, ...files]));
    };
    pack(`${layout}-before`, ".more");
    pack(`${layout}-after`, "");
    appendFileSync(local(`${layout}-after`), DATA);
  }
});

test.each([
  ["packed-before", "v1", "true false"],
  ["packed-before", "v2", "true false"],
  ["packed-after", "v1", "false true"],
  ["packed-after", "v2", "false true"],
  // The base's file is the bundle.
  ["direct-before", "v1", "false false"],
  ["direct-before", "v2", "true false"],
  ["direct-after", "v1", "true true"],
  ["direct-after", "v2", "false true"],
] as const)("%s, started as %s, finds it in its own file and in the bundle: %s", (name, level, found) => {
  const { stdout } = expectSuccess(
    run(place, [local(name), DATA.slice("appended".length)], { GOAMD64: level }),
  );
  expect(stdout).toBe(`${found}\n`);
});

test.each(LAYOUTS)(
  "a %s bundle gives back what its variants were, and is whole with data behind it",
  (layout) => {
    for (const level of LEVELS) {
      for (const [name, suffix] of [
        [`${layout}-before`, ".more"],
        [`${layout}-after`, ""],
      ] as const) {
        expectSuccess(run(place, [...MGO, "extract", name, `--level=${level}`, "-o", "out"]));
        expectSuccess(run(place, ["cmp", "out", level + suffix]));
        const direct = run(place, [
          "sh",
          "-c",
          `MGODEBUG=extract GOAMD64=${level} ./${name} | cmp - ${level}${suffix}`,
        ]);
        expectSuccess(direct);
        expect(run(place, [...MGO, "verify", name]).stdout).toContain("whole");
      }
    }
  },
);
