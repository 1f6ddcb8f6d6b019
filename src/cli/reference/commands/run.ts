import type { CommandEntry } from "../types.ts";

export const RUN = {
  name: "run",
  synopsis: "run [-mgo flags] [go run flags] package [arguments]",
  summary: "do what `go run` does, at the level that a bundle would start here",
  details: [
    "One variant is built and run: the best of `-mgo.levels` that this CPU supports, or the one that `GOAMD64` asks for as it would ask a bundle. On other systems than Linux on x86-64, and for other targets, it is plain `go run`. Of mgo's flags, `-mgo.levels` and `-mgo.cgo-march` count; the others are about bundles.",
  ],
  flags: [],
  isBuild: true,
  operands: { kind: "packages" },
} as const satisfies CommandEntry;
