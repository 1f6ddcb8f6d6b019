import type { CommandEntry } from "../types.ts";

export const INSPECT = {
  name: "inspect",
  synopsis: "inspect FILE [--sizes] [--json] [--html FILE]",
  summary: "show what is in a bundle",
  details: [
    "Shows levels, sizes, base, codecs, checksums, Go version and main module. Reads only the bundle's " +
      "directory; `mgo verify` checks the contents. With `--sizes`, decodes variants to see their sections.",
  ],
  flags: [
    { name: "sizes", summary: "show the sizes of parts, by variant" },
    { name: "json", summary: "print JSON" },
    {
      name: "html",
      value: { kind: "file" },
      shown: "FILE",
      summary: "write a page with a picture of the sizes, and show them",
    },
  ],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
