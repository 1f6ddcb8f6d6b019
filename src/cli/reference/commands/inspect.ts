import type { CommandEntry } from "../types.ts";

export const INSPECT = {
  name: "inspect",
  synopsis: "inspect FILE [--sizes] [--json] [--html FILE]",
  summary: "show what is in a bundle",
  details: [
    "Shows levels, sizes, base, codecs, checksums, Go version and main module. Only the bundle's directory is read; `mgo verify` checks the contents. With `--sizes` variants are decoded, to see their sections.",
  ],
  flags: [
    { name: "sizes", summary: "show where the bytes go, by part and variant" },
    { name: "json", summary: "print it as JSON" },
    {
      name: "html",
      value: { kind: "file" },
      shown: "FILE",
      summary: "write a page with a picture of the sizes, which are shown then, too",
    },
  ],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
