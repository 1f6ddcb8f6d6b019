/** Exit statuses of mgo, and of a bundle that could not start its program. */
import packageJson from "../../../package.json" with { type: "json" };
import type { StatusEntry } from "./types.ts";

const { bugs } = packageJson;

export const STATUSES = [
  { status: 1, summary: "something failed, as the line on standard error says" },
  { status: 2, summary: "the command line is wrong" },
] as const satisfies readonly StatusEntry[];

/** The statuses of launcher/fatal.zig. */
export const BUNDLE_STATUSES = [
  {
    status: 112,
    name: "damaged",
    summary: "the bundle is damaged or cut short",
    remedy: "fetch it again; `mgo verify` says more",
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
    summary: "there is no memory or file to put the program into",
    remedy: "the line lists what was tried; `-mgo.layout=direct` needs no memory for its base",
  },
  {
    status: 116,
    name: "not_executed",
    summary: "every way to start the program failed",
    remedy: "the line lists what was tried and what the kernel said, or names a missing ELF interpreter",
  },
  {
    status: 117,
    name: "capabilities",
    summary: "it has file capabilities, which the program would lose",
    remedy: "build with `-mgo.layout=direct`, and a base that the CPU can run",
  },
  {
    status: 118,
    name: "not_extracted",
    summary: "`MGODEBUG=extract` could not write, or the file may not be read or was changed since",
  },
  { status: 119, name: "bug", summary: "a bug in the launcher", remedy: `please report it at ${bugs}` },
] as const satisfies readonly StatusEntry[];
