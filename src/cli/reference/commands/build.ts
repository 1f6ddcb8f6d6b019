import type { CommandEntry } from "../types.ts";

export const BUILD = {
  name: "build",
  synopsis: "[build] [-mgo flags] [go build flags] [packages]",
  summary: "do what `go build` does, with bundles for executables",
  flags: [],
  isBuild: true,
  operands: { kind: "packages" },
} as const satisfies CommandEntry;
