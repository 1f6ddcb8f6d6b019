import { COMPRESS } from "../../../bundle/frame.ts";
import { LAYOUTS, START_POLICIES } from "../../../bundle/layout.ts";
import { LEVELS } from "../../../levels/level.ts";
import type { CommandEntry } from "../types.ts";

export const PACK = {
  name: "pack",
  synopsis:
    "pack -o OUT [--base v3] [--compress best] [--layout direct] [--start base] [--launcher FILE] FILE...",
  summary: "bundle variants built elsewhere; `v3=FILE` names a level",
  details: [
    "The level of each file is read from its Go build info, or given in front of its name: `v3=FILE`.",
  ],
  flags: [
    {
      name: "output",
      short: "o",
      value: { kind: "file" },
      shown: "OUT",
      summary: "where the bundle goes; `-` is standard output",
    },
    {
      name: "base",
      value: { kind: "choice", choices: LEVELS },
      shown: "v3",
      summary: "the variant that the others are stored as differences from, and that a direct bundle is",
    },
    {
      name: "compress",
      value: { kind: "choice", choices: COMPRESS },
      shown: COMPRESS.join("|"),
      summary: "how hard to compress",
    },
    {
      name: "layout",
      value: { kind: "choice", choices: LAYOUTS },
      shown: LAYOUTS.join("|"),
      summary: "how the bundle stores and starts its variants",
    },
    {
      name: "start",
      value: { kind: "choice", choices: START_POLICIES },
      shown: START_POLICIES.join("|"),
      summary:
        "which variant of a direct bundle starts: the best for the CPU, or the base wherever the CPU can run it, unless GOAMD64 asks for another",
    },
    {
      name: "launcher",
      value: { kind: "file" },
      shown: "FILE",
      summary: "another launcher than the one inside mgo",
    },
  ],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
