/**
 * Tests that CI skips, with the machines on which it does. A missing tool is no reason: .ci/run installs them
 * all.
 */
import { cpuLevel } from "./support/cpu.ts";

export interface ExpectedSkip {
  readonly file: string;
  /** Matches the titles of the tests, with those of their groups: "a bundle > starts". */
  readonly title: RegExp;
  /** The machines, for people: "a CPU that has v4". */
  readonly on: string;
  /** Whether this is one of them. All these tests must be skipped then, and none of them otherwise. */
  readonly holds: () => boolean;
}

export const EXPECTED_SKIPS: readonly ExpectedSkip[] = [
  {
    file: "tests/pipeline/run.test.ts",
    title: /^mgo run > says when the CPU lacks the level that GOAMD64 asks for$/,
    on: "a CPU that has v4",
    holds: () => cpuLevel() === "v4",
  },
];
