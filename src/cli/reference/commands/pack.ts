import { BUNDLE_FLAGS } from "../../../pipeline/flags.ts";
import type { CommandEntry } from "../types.ts";

export const PACK = {
  name: "pack",
  synopsis:
    "pack -o OUT [--base v3] [--compress best] [--layout direct] [--start base] [--launcher FILE] FILE...",
  summary: "bundle variants built elsewhere; `v3=FILE` names a level",
  details: [
    "Each file's level is read from its Go build info, unless it is named: `v3=FILE`. Flags may also be " +
      "written as for builds: `-mgo.layout=direct`.",
  ],
  flags: [
    {
      name: "output",
      short: "o",
      value: { kind: "file" },
      shown: "OUT",
      summary: "the file to write; `-` is standard output",
    },
    ...BUNDLE_FLAGS,
  ],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
