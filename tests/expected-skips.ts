/**
 * Tests that CI skips, with the machines on which it does. A missing tool is no reason: .ci/run installs them
 * all.
 */
import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { cpuLevel } from "./support/cpu.ts";
import { isOnDisk } from "./support/disk.ts";
import { goMinor } from "./support/go.ts";
import { runProgram } from "./support/run.ts";

export interface ExpectedSkip {
  readonly file: string;
  /** Matches the titles of the tests, with those of their groups: "a bundle > starts". */
  readonly title: RegExp;
  /** The machines, for people: "a CPU that has v4". */
  readonly on: string;
  /** Whether this is one of them. All these tests must be skipped then, and none of them otherwise. */
  readonly holds: () => boolean;
}

/** Core dumps go to a program, as systemd's, instead of a file. */
const pipedCores = (): boolean => !readFileSync("/proc/sys/kernel/core_pattern", "utf8").startsWith("core");

export const EXPECTED_SKIPS: readonly ExpectedSkip[] = [
  {
    file: "tests/pipeline/run.test.ts",
    title: /when the CPU lacks|levels that the CPU has none of/,
    on: "a CPU that has v4",
    holds: () => cpuLevel() === "v4",
  },
  {
    file: "tests/launcher/start-policy.test.ts",
    title: /^on a CPU of v4, /,
    on: "a CPU without v4",
    holds: () => cpuLevel() !== "v4",
  },
  {
    file: "tests/launcher/cold.test.ts",
    title: /./,
    on: "a machine whose temporary files are in memory",
    holds: () => !isOnDisk,
  },
  {
    file: "tests/bench/exec.test.ts",
    title: /leaves out levels that the bundle has and the CPU lacks$/,
    on: "a CPU that has v4",
    holds: () => cpuLevel() === "v4",
  },
  {
    file: "tests/pipeline/install-elsewhere.test.ts",
    title: /./,
    on: "a kernel that runs no programs of 32 bits",
    holds: () => !existsSync("/proc/sys/abi/vsyscall32"),
  },
  {
    file: "tests/machine/binfmt.test.ts",
    title: /./,
    on: "Linux before 6.7",
    holds: () => isBefore(release(), 6, 7),
  },
  {
    file: "tests/architectures/binfmt.test.ts",
    title: /./,
    on: "Linux before 6.7",
    holds: () => isBefore(release(), 6, 7),
  },
  {
    file: "tests/launcher/direct.test.ts",
    title: /runs its base where memory may not be executed$/,
    on: "Linux before 6.3",
    holds: () => isBefore(release(), 6, 3),
  },
  {
    file: "tests/launcher/changed-base.test.ts",
    title: /^a uprobe in the base > /,
    on: "a kernel without uprobes",
    holds: () => !existsSync("/sys/bus/event_source/devices/uprobe"),
  },
  {
    file: "tests/launcher/deflate.test.ts",
    title: /^deflating > /,
    on: "Go 1.27 and newer, which deflates otherwise",
    holds: () => goMinor() > 26,
  },
  {
    file: "tests/bundle/stream.test.ts",
    title: /> inflates all debug data$/,
    on: "Go 1.27 and newer, which deflates otherwise",
    holds: () => goMinor() > 26,
  },
  {
    file: "tests/release/npm.test.ts",
    title: /^on a Node that is too old > /,
    on: "a system whose Node is new enough for mgo",
    holds: () => Number(/^v(\d+)/.exec(runProgram(["node", "--version"], process.env).stdout)?.[1]) >= 22,
  },
  {
    file: "tests/launcher/transparency-tracing.test.ts",
    title: /dumps a core that has the program's name and arguments$/,
    on: "a system that hands core dumps to a program",
    holds: pipedCores,
  },
  {
    file: "tests/docs/debugging.test.ts",
    title: /> Core dumps, line \d+ \(console\)$/,
    on: "a system that hands core dumps to a program",
    holds: pipedCores,
  },
];

function isBefore(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split(".").map(Number);
  return first < major || (first === major && second < minor);
}
