import { followPage } from "../support/follow.ts";
import { goMod, program, SEVERAL } from "../support/programs.ts";
import { publish } from "../support/proxy.ts";

const C = `package main

/*
#ifdef __SSE4_2__
static int has(void) { return 1; }
#else
static int has(void) { return 0; }
#endif
*/
import "C"

func main() { print("C has SSE4.2: ", C.has(), "\\n") }
`;

const git = Bun.which("git");
const hello = { ...goMod("example.com/hello"), ...program("") };

followPage("docs/drop-in.md", {
  files: {
    ...SEVERAL,
    "c/main.go": C,
    "c/plain.go": "//go:build !cgo\n\npackage main\n",
    "broken/broken_test.go":
      'package broken\n\nimport "testing"\n\nfunc TestNothing(t *testing.T) { t.Fatal("broken") }\n',
  },
  env: git === null ? {} : publish([{ path: "example.com/hello", version: "v1.2.0", files: hello }]),
  skip: git === null,
});
