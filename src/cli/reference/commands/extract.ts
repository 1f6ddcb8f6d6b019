import { LEVELS } from "../../../levels/level.ts";
import type { CommandEntry } from "../types.ts";

export const EXTRACT = {
  name: "extract",
  synopsis: "extract FILE --level v3|--native -o OUT",
  summary: "write one variant, as `go build` made it",
  details: [
    "With `--native`, the variant is the one that the bundle would start on this machine. Where mgo is not installed, the bundle writes it itself: `MGODEBUG=extract ./app > app.native`.",
  ],
  flags: [
    {
      name: "level",
      value: { kind: "choice", choices: LEVELS },
      shown: "v3",
      summary: "which variant",
    },
    { name: "native", summary: "the best one that this machine can run" },
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
