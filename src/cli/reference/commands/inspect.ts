import type { CommandEntry } from "../types.ts";

export const INSPECT = {
  name: "inspect",
  synopsis: "inspect FILE [--changes [--level v4]] [--sizes] [--json] [--html FILE]",
  summary: "show what is in a bundle",
  details: [
    "Shows levels, sizes, base, codecs, checksums, Go version and main module. Reads only the bundle's " +
      "directory; `mgo verify` checks the contents. With `--sizes`, decodes variants to see their " +
      "sections, and with `--changes`, to compare them with the base.",
    "A level changes a function if its code differs in more than addresses. Go's own runtime is the " +
      "packages runtime, internal/cpu, internal/runtime/... and runtime/internal/...; a level that changes " +
      "nothing else gains a program next to nothing.",
  ],
  flags: [
    { name: "sizes", summary: "show the sizes of parts, by variant" },
    { name: "changes", summary: "show which functions levels change, the largest first" },
    {
      name: "level",
      value: { kind: "level" },
      shown: "v4",
      summary: "show the changes of this level only",
    },
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
