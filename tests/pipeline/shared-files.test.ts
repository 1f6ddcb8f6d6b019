/** Flags and variables that name a file: all levels would write it. */
import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { goMod, HELLO } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

/** In C, so that the linker calls another one, with work for some time. */
const CGO = {
  ...goMod("example.com/answer"),
  "main.go": `package main

// int f(void) { return 42; }
import "C"
import _ "net/http"

func main() { println(C.f()) }
`,
};

function text({ folder }: Workspace, path: string): string {
  return readFileSync(join(folder, path), "utf8");
}

test("-debug-trace is the base's", () => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(run(workspace, [...MGO, "-debug-trace=trace.json", "-o", "x"]));
  const events: readonly { readonly name: string }[] = JSON.parse(text(workspace, "trace.json"));
  expect(events.filter(({ name }) => name === "Running build command").length).toBeGreaterThan(0);
});

describe.skipIf(Bun.which("gcc") === null)("the linker's files are the base's", () => {
  const external = "-linkmode=external";

  test("-tmpdir", () => {
    const workspace = makeWorkspace({ ...CGO, "t/": "" });
    for (const layout of ["packed", "direct"]) {
      const flags = [`-ldflags=-tmpdir=t ${external}`, `-mgo.layout=${layout}`, "-mgo.jobs=4"];
      expectSuccess(run(workspace, [...MGO, ...flags, "-o", "x"]));
      for (const GOAMD64 of ["v1", "v2", "v3"]) {
        expect(run(workspace, ["./x"], { GOAMD64 }).stderr).toBe("42\n");
      }
    }
    expect(listFiles(workspace.folder).filter((line) => line.includes(" t/go.o"))).toHaveLength(1);
  });

  test("a map, also of a program that has not changed", () => {
    const workspace = makeWorkspace(CGO);
    const flags = [`-ldflags=${external} -extldflags=-Wl,-Map=map`];
    const build = (command: readonly string[], env = {}) => {
      rmSync(join(workspace.folder, "map"), { force: true });
      expectSuccess(run(workspace, [...command, ...flags, "-o", "x"], env));
      return text(workspace, "map");
    };
    const plain = build(["go", "build"], { GOAMD64: "v3" }).replaceAll(/\/\S*\//g, "");
    for (let run = 0; run < 2; run++) expect(build(MGO).replaceAll(/\/\S*\//g, "")).toBe(plain);
  });
});

test("a program of another level than the one asked for is refused", () => {
  const tool = `#!/bin/sh
# Links the first level, and hands that program out for all.
case $1 in */link) ;; *) exec "$@";; esac
[ "$2" != -V=full ] || exec "$@"
for word; do [ "$last" != -o ] || output=$word; last=$word; done
[ -e "$0.shared" ] || { "$@" && mv "$output" "$0.shared"; }
cp "$0.shared" "$output"
`;
  const workspace = makeWorkspace({ ...HELLO, "tool/tool.sh": tool });
  const flags = ["-mgo.jobs=1", "-mgo.levels=v1,v3", `-toolexec=${workspace.folder}/tool/tool.sh`];
  const { status, stderr } = run(workspace, [...MGO, ...flags, "-o", "x"]);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `mgo: x for GOAMD64=v1 is given as v1 but was built with GOAMD64=v3
hint: -mgo.jobs=1 builds one level after the other
`,
  });
});
