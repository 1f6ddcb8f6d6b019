import type { CommandEntry } from "../types.ts";

export const RUN = {
  name: "run",
  synopsis: "run [-mgo flags] [go run flags] package [arguments]",
  summary: "do what `go run` does, at the level that a bundle would start here",
  details: [
    "Builds and runs one variant: the best of `-mgo.levels` that this CPU supports, or the one that " +
      "`GOAMD64` asks for, as it asks a bundle. For another architecture, which runs by `-exec` or by a " +
      "program `go_linux_arm64_exec` as with `go run`, it is the lowest of them, or the one that is asked " +
      "for. For targets that have no levels, it is plain `go run`. Of mgo's flags, only `-mgo.levels` and " +
      "`-mgo.cgo-march` have an effect.",
  ],
  flags: [],
  isBuild: true,
  operands: { kind: "packages" },
} as const satisfies CommandEntry;
