/**
 * The flags of `go build` for those who complete them: what each takes, and what it is for in a few words. All that
 * src/go/flags.ts knows and `go help build` tells of.
 */
import type { FlagEntry, Value } from "./types.ts";

const FILE: Value = { kind: "file" };
const FOLDER: Value = { kind: "folder" };
const TEXT: Value = { kind: "text" };
const choice = (choices: string): Value => ({ kind: "choice", choices: choices.split(" ") });

/** Values as words are rare: `-o x`, `-C dir`, `-p 4`. */
const APART = new Set(["C", "o", "p"]);

const ENTRIES: readonly (readonly [name: string, summary: string, value?: Value])[] = [
  ["C", "change to this folder first", FOLDER],
  ["o", "output: a file, or a folder", FILE],
  ["a", "rebuild packages that are up to date"],
  ["n", "print the commands, run none"],
  ["x", "print the commands"],
  ["v", "print the packages' names"],
  ["p", "how many programs run at once", TEXT],
  ["race", "detect data races"],
  ["msan", "work with the memory sanitizer"],
  ["asan", "work with the address sanitizer"],
  ["cover", "instrument for coverage"],
  ["covermode", "how to count coverage", choice("set count atomic")],
  ["coverpkg", "packages to cover", { kind: "packages" }],
  ["work", "keep the work folder, print its name"],
  ["json", "print as JSON"],
  ["asmflags", "flags for the assembler", TEXT],
  ["buildmode", "what to build", choice("exe pie default")],
  ["buildvcs", "stamp version control's data"],
  ["compiler", "the compiler", choice("gc")],
  ["gccgoflags", "flags for gccgo", TEXT],
  ["gcflags", "flags for the compiler", TEXT],
  ["installsuffix", "suffix of the folder for packages", TEXT],
  ["ldflags", "flags for the linker", TEXT],
  ["linkshared", "link with shared libraries"],
  ["mod", "how to resolve modules", choice("readonly vendor mod")],
  ["modcacherw", "make the module cache writable"],
  ["modfile", "another go.mod", FILE],
  ["overlay", "JSON that replaces files", FILE],
  ["pgo", "a CPU profile, or auto, or off", FILE],
  ["pkgdir", "folder for packages", FOLDER],
  ["tags", "build tags", TEXT],
  ["toolexec", "a program that runs the tools", FILE],
  ["trimpath", "leave folders' names out of the output"],
];

export const GO_FLAGS: readonly FlagEntry[] = ENTRIES.map(([name, summary, value]) => ({
  name,
  ...(APART.has(name) ? { short: name } : { style: "go" as const }),
  ...(value === undefined ? {} : { value, shown: "VALUE" }),
  summary,
}));
