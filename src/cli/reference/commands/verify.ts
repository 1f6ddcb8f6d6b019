import type { CommandEntry } from "../types.ts";

export const VERIFY = {
  name: "verify",
  synopsis: "verify FILE [--json]",
  summary: "check a bundle from end to end",
  details: [
    "Checks every byte that is loaded: launcher, build info, variants. Says of a direct bundle whether its " +
      "base was changed in what is not loaded or what a dynamic linker reads, as `strip` and `patchelf` do.",
  ],
  flags: [{ name: "json", summary: "print JSON" }],
  operands: { kind: "file" },
} as const satisfies CommandEntry;
