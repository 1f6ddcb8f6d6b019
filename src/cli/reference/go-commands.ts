/** The commands of `go` that mgo has no command of its own for, and hands on. */
export const GO_COMMANDS: ReadonlySet<string> = new Set(
  "bug clean doc env fix fmt generate get help list mod telemetry test tool version vet work".split(" "),
);
