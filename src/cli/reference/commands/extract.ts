import { defaultBase, LEVELS } from "../../../levels/level.ts";
import type { CommandEntry } from "../types.ts";

export const EXTRACT = {
  name: "extract",
  synopsis: "extract FILE --level v3|--native -o OUT",
  summary: "write one variant, as `go build` made it",
  details: [
    "`--native` picks the variant that the bundle would start on this machine. A bundle can write it " +
      "without mgo, too: `MGODEBUG=extract ./app > app.native`.",
  ],
  flags: [
    {
      name: "level",
      value: { kind: "level" },
      shown: defaultBase(LEVELS),
      summary: "the variant of this level",
    },
    { name: "native", summary: "the variant that starts on this machine" },
    {
      name: "output",
      short: "o",
      value: { kind: "file" },
      shown: "OUT",
      summary: "the file to write; `-` is standard output",
    },
  ],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
