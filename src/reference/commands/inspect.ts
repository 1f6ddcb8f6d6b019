import type { CommandEntry } from "../types.ts";

export const INSPECT = {
  name: "inspect",
  synopsis: "inspect FILE [--json]",
  summary: "show what is in a bundle",
  details: [
    "Shows levels, sizes, base, codecs, checksums, Go version and main module. Only the bundle's directory is read; `mgo verify` checks the contents.",
  ],
  flags: [{ name: "json", summary: "print it as JSON" }],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
