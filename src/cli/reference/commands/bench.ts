import type { CommandEntry } from "../types.ts";

export const BENCH = {
  name: "bench",
  synopsis: "bench [go test flags] [packages] [--html FILE] [--json] [--exec 'CMD {}' BUNDLE]",
  summary: "measure what the levels gain, by the program's own benchmarks",
  details: [
    "Builds the tests of the packages once for each level that this CPU has, runs their benchmarks " +
      "(all, or those of `-bench`) in turns, `-count` times each, and compares the levels with benchstat, " +
      "which go builds the first time. All flags of go test work as they do there; without `-run`, no " +
      "test runs.",
    "With `--exec`, times a command that runs each variant of a bundle, in place of benchmarks. /bin/sh " +
      "runs the command, in which `{}` stands for the variant's path. In each round it is repeated for " +
      "the time, or the number of times (`20x`), that `-benchtime` gives.",
  ],
  flags: [
    {
      name: "count",
      value: { kind: "text" },
      shown: "N",
      summary: "how many rounds to run; in each, every level runs once. Default: 10",
      style: "go",
    },
    {
      name: "html",
      value: { kind: "file" },
      shown: "FILE",
      summary: "write a page with charts",
    },
    { name: "json", summary: "print the result as JSON" },
    {
      name: "exec",
      value: { kind: "text" },
      shown: "'CMD {}'",
      summary: "time this command with the variants of a bundle",
    },
  ],
  isBuild: true,
  operands: { kind: "packages" },
} as const satisfies CommandEntry;
