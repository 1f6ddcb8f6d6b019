import { followPage } from "../support/follow.ts";
import { goMod } from "../support/programs.ts";

const MAIN = `package main

import "runtime"

func main() { println("hello from " + runtime.GOARCH) }
`;

followPage("docs/architectures.md", {
  files: { ...goMod("example.com/hello"), "main.go": MAIN },
  env: { CGO_ENABLED: "0" },
});
