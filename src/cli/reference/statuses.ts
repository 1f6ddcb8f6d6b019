/** Exit statuses: of mgo, and of a bundle that could not start its program. */
import type { StatusEntry } from "./types.ts";

export const STATUSES = [
  { status: 1, summary: "it could not be done" },
  { status: 2, summary: "the command line could not be understood" },
] as const satisfies readonly StatusEntry[];

/** Those of launcher/fatal.zig. */
export const BUNDLE_STATUSES = [
  {
    status: 112,
    name: "damaged",
    summary: "the bundle is damaged, or cut short",
    remedy: "fetch it again; `mgo verify` tells more",
  },
  {
    status: 113,
    name: "unknown_format",
    summary: "its format, layout or codec is of another version than its launcher",
    remedy: "build it again",
  },
  {
    status: 114,
    name: "no_variant",
    summary: "no variant in it runs on this CPU",
    remedy: "build with lower `-mgo.levels`",
  },
  {
    status: 115,
    name: "no_memory",
    summary: "no memory, or nothing else to put the program in",
    remedy: "`-mgo.layout=direct` needs no memory for its base",
  },
  {
    status: 116,
    name: "not_executed",
    summary: "the program could not be executed, on any way",
    remedy: "the line lists what was tried and what the kernel said",
  },
  {
    status: 117,
    name: "capabilities",
    summary: "it has file capabilities, which it would lose on the way",
    remedy: "build with `-mgo.layout=direct`, and a base that the CPU can run",
  },
  {
    status: 118,
    name: "not_extracted",
    summary:
      "`MGODEBUG=extract` could not write, or could not give back the base of a direct bundle, which was changed since",
  },
  { status: 119, name: "bug", summary: "a bug in the launcher", remedy: "please report it" },
] as const satisfies readonly StatusEntry[];
