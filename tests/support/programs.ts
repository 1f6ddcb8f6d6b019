/**
 * Small Go modules as test material. Their programs print the level that they were built for.
 */
import type { Files } from "./workspace.ts";

/** A main package in a folder ("" for the module's own), with what it prints in front of the level. */
export function program(folder: string, greeting = "level"): Files {
  const place = folder === "" ? "" : `${folder}/`;
  const level = (name: string, tags: string): [string, string] => [
    `${place}${name}.go`,
    `//go:build ${tags}\n\npackage main\n\nconst level = "${name}"\n`,
  ];
  return {
    [`${place}main.go`]: `package main

import "os"

var greeting = "${greeting}"

func main() {
	os.Stdout.WriteString(greeting + " " + level + "\\n")
}
`,
    ...Object.fromEntries([
      level("v1", "!amd64.v2"),
      level("v2", "amd64.v2 && !amd64.v3"),
      level("v3", "amd64.v3 && !amd64.v4"),
      level("v4", "amd64.v4"),
    ]),
  };
}

export function library(folder: string): Files {
  return { [`${folder}/library.go`]: "package library\n\nfunc Answer() int { return 42 }\n" };
}

export function goMod(path: string): Files {
  return { "go.mod": `module ${path}\n\ngo 1.20\n` };
}

/** One program at the module's root. */
export const HELLO: Files = { ...goMod("example.com/hello"), ...program("") };

/** Two programs and a library. */
export const SEVERAL: Files = {
  ...goMod("example.com/several"),
  ...program("cmd/one", "one"),
  ...program("cmd/two", "two"),
  ...library("library"),
};
