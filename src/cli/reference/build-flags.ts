/** The flags of mgo for builds, which stand anywhere among those of `go build`. */
import { COMPRESS } from "../../bundle/frame.ts";
import { LAYOUTS, START_POLICIES } from "../../bundle/layout.ts";
import { LEVELS } from "../../levels/level.ts";
import type { FlagEntry } from "./types.ts";

export const MGO_FLAGS = [
  {
    name: "mgo.levels",
    style: "go",
    value: { kind: "list", choices: LEVELS },
    shown: LEVELS.join(","),
    summary: "the levels to build; with a single one the output is that variant itself",
  },
  {
    name: "mgo.base",
    style: "go",
    value: { kind: "choice", choices: LEVELS },
    shown: "v3",
    summary:
      "the variant that the others are stored as differences from, and that a direct bundle is: the one whose start should be quickest",
  },
  {
    name: "mgo.compress",
    style: "go",
    value: { kind: "choice", choices: COMPRESS },
    shown: COMPRESS.join("|"),
    summary: "how hard to compress",
  },
  {
    name: "mgo.jobs",
    style: "go",
    value: { kind: "text" },
    shown: "N",
    summary: "how many variants to build, and how many of their parts to compress, at once",
  },
  {
    name: "mgo.layout",
    style: "go",
    value: { kind: "choice", choices: LAYOUTS },
    shown: LAYOUTS.join("|"),
    summary:
      "packed: all variants compressed, started from memory. direct: the bundle is the base, which starts in place, and carries the others compressed",
  },
  {
    name: "mgo.start",
    style: "go",
    value: { kind: "choice", choices: START_POLICIES },
    shown: START_POLICIES.join("|"),
    summary:
      "which variant of a direct bundle starts: the best for the CPU, or the base wherever the CPU can run it, unless GOAMD64 asks for another",
  },
  {
    name: "mgo.launcher",
    style: "go",
    value: { kind: "file" },
    shown: "FILE",
    summary: "another launcher than the one inside mgo",
  },
  {
    name: "mgo.elsewhere",
    style: "go",
    value: { kind: "choice", choices: ["go"] },
    shown: "go",
    summary: "hand targets other than linux/amd64 to plain go",
  },
  {
    name: "mgo.cgo-march",
    style: "go",
    summary:
      "compile the C, C++ and Fortran parts of programs for each variant's level too, with `-march=x86-64-v3` and the like; needs gcc 11 or clang 12",
  },
] as const satisfies readonly FlagEntry[];

/** What a flag of mgo for builds is called. */
export type MgoFlag = (typeof MGO_FLAGS)[number]["name"];

/** Flags of `go build` that do more, or other, where there are four builds: how they are written, and what they do. */
export const FLAGS_OF_FOUR: readonly { readonly written: string; readonly summary: string }[] = [
  {
    written: "`-o FILE`, `-o DIR/`",
    summary:
      "where the bundle goes, or one for each main package; `-o FILE` of a library gets the lowest level's archive",
  },
  { written: "`-n`, `-x`, `-work`", summary: "print each level's output behind a line `# GOAMD64=v3`" },
  { written: "`-v`", summary: "print each package once, and what mgo made" },
  {
    written: "`-json`",
    summary: "print events that all levels share once; others have a field `GOAMD64`",
  },
];
