/** Environment variables that mgo reads, and those that a bundle reads when it runs. */
import { LEVELS, variableOf } from "../../levels/level.ts";
import type { VariableEntry } from "./types.ts";

export const VARIABLES = [
  {
    name: "MGOFLAGS",
    summary: "`-mgo.` flags for every build, as `GOFLAGS` holds those of go; the command line wins",
  },
  { name: "MGO_PARALLEL_BUILD", summary: "the default of `-mgo.jobs`" },
  {
    name: "MGOCACHE",
    summary:
      "the folder that keeps variants and bundles, so that unchanged ones are neither linked nor encoded " +
      "again; `off` keeps none. Default: mgo in `$XDG_CACHE_HOME` or `~/.cache`. What was not used for " +
      "five days is removed",
  },
  { name: "MGODEBUG", value: "trace", summary: "print the stack trace of an error" },
  { name: "NO_COLOR", summary: "print no colours on a terminal" },
] as const satisfies readonly VariableEntry[];

/** The variables that launcher/select/environment.zig reads. */
export const BUNDLE_VARIABLES = [
  {
    name: variableOf("amd64"),
    value: LEVELS.join("|"),
    summary:
      "start this variant, or the best one below it; if the CPU lacks the level, the best that it has, " +
      "with a line on standard error. Bundles for other architectures read GOARM, GOARM64, GORISCV64 " +
      "or GOPPC64",
  },
  { name: "MGODEBUG", value: "log", summary: "say on standard error which variant is started" },
  { name: "MGODEBUG", value: "extract", summary: "write that variant to standard output instead" },
  { name: "MGODEBUG", value: "base", summary: "start the base of a direct bundle, if the CPU can" },
  {
    name: "MGODEBUG",
    value: "symbols",
    summary:
      "start it with its debug data and symbols in memory, for debuggers and profilers; the start takes " +
      "longer, and their inflated size in memory",
  },
] as const satisfies readonly VariableEntry[];
