import { LEVELS } from "../../level.ts";
import type { CommandEntry } from "../types.ts";

export const EXTRACT = {
  name: "extract",
  synopsis: "extract FILE --level v3 -o OUT",
  summary: "write one variant, as `go build` made it",
  flags: [
    {
      name: "level",
      value: { kind: "choice", choices: LEVELS },
      shown: "v3",
      summary: "which variant",
    },
    {
      name: "output",
      short: "o",
      value: { kind: "file" },
      shown: "OUT",
      summary: "where it goes; `-` is standard output",
    },
  ],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
