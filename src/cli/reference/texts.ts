/** Sentences of both the help text and the man page. */

export const INTRODUCTION =
  "mgo builds a Go program once for each level of its CPUs, by default GOAMD64=v1, v2, v3 and v4, and puts " +
  "these variants into one executable, a bundle, that starts the best one for the CPU it runs on. Bundles " +
  "are for Linux. With GOARCH=arm, arm64, riscv64 or ppc64le, mgo builds the levels of that architecture.";

export const OTHER_COMMANDS =
  "Every other command (env, list, mod, test, tool, version, vet, ...) goes to go unchanged: mgo can stand " +
  "wherever a go command can be named.";

export const GO_FLAGS_WORK =
  'All flags of go build work as they do there ("go help build"). Some do more for four builds:';

export const ERRORS_ONCE =
  "Errors that all levels share are printed once, as by go build; others follow a line `# GOAMD64=v3`. " +
  "The exit status is that of go build.";

export const GOAMD64_IGNORED =
  "GOAMD64 is ignored when building, and so are GOARM, GOARM64, GORISCV64 and GOPPC64: `-mgo.levels` names " +
  "the levels.";

export const EXAMPLES: readonly { readonly command: string; readonly summary: string }[] = [
  {
    command: "mgo -trimpath -ldflags='-s -w' -o app ./cmd/app",
    summary: "Builds the program in `cmd/app` as a bundle of all four levels.",
  },
  {
    command: "mgo -mgo.levels=v2,v3 -mgo.layout=direct ./...",
    summary: "Leaves out v1 and v4; where v3 runs, it starts in place.",
  },
  {
    command: "mgo pack -o app v1/app v2/app v3/app v4/app",
    summary: "Bundles the builds of four machines.",
  },
  { command: "MGODEBUG=log ./app", summary: "Says which variant is started." },
  { command: "GOAMD64=v1 ./app", summary: "Starts the variant that runs everywhere." },
];
