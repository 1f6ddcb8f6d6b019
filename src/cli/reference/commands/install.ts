import type { CommandEntry } from "../types.ts";

export const INSTALL = {
  name: "install",
  synopsis: "install [-mgo flags] [go build flags] [packages]",
  summary: "do what `go install` does, with bundles for executables",
  details: [
    "Packages may have a version, as in `example.com/tool@latest`. Bundles go where `go install` puts " +
      "executables: into `GOBIN`, else into bin of `GOPATH`'s first folder. For another system or " +
      "architecture than this one, `go` refuses `GOBIN` and mgo uses it; without `GOBIN`, bundles go into " +
      "bin/linux_amd64 and the like, as with `go`.",
  ],
  flags: [],
  isBuild: true,
  operands: { kind: "packages" },
} as const satisfies CommandEntry;
