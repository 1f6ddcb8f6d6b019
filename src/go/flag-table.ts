/**
 * The flags of the commands of Go that build: all that mgo knows about each, in one table.
 *
 * A flag without a row works as well: mgo asks Go whether it takes a value (find-arity.ts) and hands it on.
 * Rows are for flags that shells complete, or that mgo does more with. A test compares them with Go's help.
 */
import type { FlagEntry, Value } from "./flag-entry.ts";

/** Commands of Go that take the flags of `go build`, and that mgo has too: its `bench` stands for `test`. */
export type GoCommand = "build" | "install" | "run" | "test";

export interface GoFlag extends Pick<FlagEntry, "name" | "value" | "shown"> {
  /** The commands that have it; without, all do. */
  readonly of?: readonly GoCommand[];
  /** A few words for completion; flags without them are not completed. */
  readonly summary?: string;
  /** Its effect on several builds, where that is more than `go help build` says. */
  readonly note?: string;
  /**
   * Whether it is about how a build goes, not about what comes out. Builds that differ in it share cached
   * variants, and `go list` is not given it: it lacks the flag, or would do the work of the build.
   */
  readonly isProcess?: true;
  /**
   * Whether it names a file or folder that Go or its tools write beside the output, or the values that do.
   * Builds at one time would write it together.
   */
  readonly writesFile?: true | RegExp;
  /** Why `mgo bench` refuses it. */
  readonly benchRefusal?: string;
}

const FILE: Value = { kind: "file" };
const FOLDER: Value = { kind: "folder" };
const TEXT: Value = { kind: "text" };
const choice = (...choices: string[]): Value => ({ kind: "choice", choices });

const LEVEL_OUTPUT = "print each level's output behind a line `# GOAMD64=v3`";

const REWRITTEN = "each run would write it again: use go test";
const COVERAGE = "counting slows down what is measured: use go test";
const UNMEASURED = "with it nothing is measured: use go test";

/** Matches flags for Go's tools and for C compilers and linkers, by their names without dashes. */
const toolFlags = (names: string): RegExp =>
  new RegExp(`(?:^|[\\s,='"])--?(?:${names.trim().replaceAll(/\s+/g, "|")})(?![\\w-])`);

/** Those of GCC, Clang and their linkers. */
const C_FILES = "Map MF dependency-file dumpdir fprofile-dir out-implib reproduce save-temps";

/** Variables that name a file which Go's tools write, or the values that do. */
export const FILE_VARIABLES: ReadonlyMap<string, RegExp> = new Map([
  ["GOSSAFUNC", /./],
  ...["CC", "CXX", "FC", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS"].map(
    (name): [string, RegExp] => [name, toolFlags(C_FILES)],
  ),
]);

const BUILD_FLAGS: readonly GoFlag[] = [
  { name: "C", value: FOLDER, summary: "change to this folder first" },
  {
    name: "o",
    of: ["build", "test"],
    value: FILE,
    shown: "FILE|DIR/",
    summary: "output: a file, or a folder",
    note: "where the bundle goes, or one for each main package; a library gives the lowest level's archive",
    isProcess: true,
    benchRefusal: UNMEASURED,
  },
  { name: "a", summary: "rebuild packages that are up to date", isProcess: true },
  {
    name: "n",
    summary: "print the commands, run none",
    note: LEVEL_OUTPUT,
    isProcess: true,
    benchRefusal: UNMEASURED,
  },
  { name: "x", summary: "print the commands", note: LEVEL_OUTPUT, isProcess: true },
  { name: "work", summary: "keep the work folder, print its name", note: LEVEL_OUTPUT, isProcess: true },
  {
    name: "v",
    summary: "print the packages' names",
    note: "print each package once, and what mgo made",
    isProcess: true,
  },
  {
    name: "json",
    summary: "print as JSON",
    note: "print events that all levels share once; others have a field `GOAMD64`",
    isProcess: true,
  },
  { name: "p", value: TEXT, summary: "how many programs run at once", isProcess: true },
  { name: "race", summary: "detect data races" },
  { name: "msan", summary: "work with the memory sanitizer" },
  { name: "asan", summary: "work with the address sanitizer" },
  { name: "cover", summary: "instrument for coverage", benchRefusal: COVERAGE },
  {
    name: "covermode",
    value: choice("set", "count", "atomic"),
    summary: "how to count coverage",
    benchRefusal: COVERAGE,
  },
  { name: "coverpkg", value: { kind: "packages" }, summary: "packages to cover", benchRefusal: COVERAGE },
  { name: "asmflags", value: TEXT, summary: "flags for the assembler" },
  { name: "buildmode", value: choice("exe", "pie", "default"), summary: "what to build" },
  { name: "buildvcs", summary: "stamp version control's data" },
  { name: "compiler", value: choice("gc"), summary: "the compiler" },
  { name: "gccgoflags", value: TEXT, summary: "flags for gccgo" },
  {
    name: "gcflags",
    value: TEXT,
    summary: "flags for the compiler",
    writesFile: toolFlags(
      "asmhdr bench blockprofile cpuprofile json linkobj memprofile mutexprofile traceprofile",
    ),
  },
  { name: "installsuffix", value: TEXT, summary: "suffix of the folder for packages" },
  {
    name: "ldflags",
    value: TEXT,
    summary: "flags for the linker",
    writesFile: toolFlags(`benchmarkprofile capturehostobjs cpuprofile fipso memprofile tmpdir ${C_FILES}`),
  },
  { name: "linkshared", summary: "link with shared libraries" },
  { name: "mod", value: choice("readonly", "vendor", "mod"), summary: "how to resolve modules" },
  { name: "modcacherw", summary: "make the module cache writable" },
  { name: "modfile", value: FILE, summary: "another go.mod" },
  { name: "overlay", value: FILE, summary: "JSON that replaces files" },
  { name: "pgo", value: FILE, summary: "a CPU profile, or auto, or off" },
  { name: "pkgdir", value: FOLDER, summary: "folder for packages" },
  { name: "tags", value: TEXT, summary: "build tags" },
  { name: "toolexec", value: FILE, summary: "a program that runs the tools" },
  { name: "trimpath", summary: "leave folders' names out of the output" },
  // These are undocumented.
  { name: "debug-actiongraph", value: FILE, isProcess: true, writesFile: true },
  { name: "debug-runtime-trace", value: FILE, isProcess: true, writesFile: true },
  { name: "debug-trace", value: FILE, isProcess: true, writesFile: true },
];

const TEST_FLAGS: readonly GoFlag[] = [
  { name: "exec", of: ["run", "test"], value: TEXT, summary: "a program that runs the program" },
  ...testFlags("benchmem failfast fullpath short"),
  ...testFlags("artifacts", { benchRefusal: REWRITTEN }),
  ...testFlags("c", { benchRefusal: UNMEASURED }),
  ...testFlags(
    `bench benchtime blockprofilerate count cpu fuzzminimizetime fuzztime memprofilerate mutexprofilefraction
    outputdir parallel run shuffle skip timeout vet`,
    { value: TEXT },
  ),
  ...testFlags("blockprofile cpuprofile memprofile mutexprofile trace", {
    value: FILE,
    benchRefusal: REWRITTEN,
  }),
  ...testFlags("coverprofile", { value: FILE, benchRefusal: COVERAGE }),
  ...testFlags("fuzz list", { value: TEXT, benchRefusal: UNMEASURED }),
];

/** Flags of `go test` that have the same row but for their names. */
function testFlags(names: string, row: Omit<GoFlag, "name" | "of"> = {}): readonly GoFlag[] {
  return names.split(/\s+/).map((name) => ({ name, of: ["test"], ...row }));
}

/** The flags that a command of Go has, by their names without dashes. */
export function flagsOf(command: GoCommand): ReadonlyMap<string, GoFlag> {
  const flags = [...BUILD_FLAGS, ...TEST_FLAGS].filter(({ of }) => of?.includes(command) ?? true);
  return new Map(flags.map((flag) => [flag.name, flag]));
}
