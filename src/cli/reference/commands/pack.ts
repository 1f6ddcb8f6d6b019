import { BUNDLE_FLAGS } from "../../../pipeline/flags.ts";
import type { CommandEntry } from "../types.ts";

export const PACK = {
  name: "pack",
  synopsis:
    "pack -o OUT [--base v3] [--compress best] [--layout direct] [--start base] [--launcher FILE] FILE...",
  summary: "bundle variants built elsewhere; `v3=FILE` names a level",
  details: [
    "The level of each file is read from its Go build info, or given in front of its name: `v3=FILE`. Flags may be written as builds take them, too: `-mgo.layout=direct`.",
  ],
  flags: [
    {
      name: "output",
      short: "o",
      value: { kind: "file" },
      shown: "OUT",
      summary: "where the bundle goes; `-` is standard output",
    },
    ...BUNDLE_FLAGS,
  ],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
