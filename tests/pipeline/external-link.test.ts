/**
 * Programs that an external linker makes: Go's build IDs do not cover what that linker reads, so each run
 * links them anew.
 */
import { expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isLinkedByGo } from "../../src/bundle/internal-link.ts";
import { goMod } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

const CALLER = {
  ...goMod("example.com/near"),
  "main.go": `package main

// #cgo LDFLAGS: -L\${SRCDIR}/lib -lnear
// int near(void);
import "C"

func main() { println(C.near()) }
`,
};

/** Uses Go's own cgo packages only, which Go links by itself. */
const NET = {
  ...goMod("example.com/net"),
  "main.go": `package main

import "net"

func main() { net.LookupHost("localhost") }
`,
};

const env = { CGO_ENABLED: "1" };

/** Makes the static library, with a function that returns the number. */
function makeLibrary(workspace: Workspace, number: number): void {
  const library = join(workspace.folder, "lib");
  rmSync(library, { recursive: true, force: true });
  mkdirSync(library);
  writeFileSync(join(library, "near.c"), `int near(void) { return ${number}; }\n`);
  expectSuccess(run(workspace, ["gcc", "-c", "near.c"], {}, "lib"));
  expectSuccess(run(workspace, ["ar", "rc", "libnear.a", "near.o"], {}, "lib"));
}

test.each([
  ["a packed bundle", ["-mgo.layout=packed", "-o", "bin/near"]],
  ["a direct bundle", ["-mgo.layout=direct", "-o", "bin/near"]],
  ["a bundle of mgo install", ["install"]],
])("%s has a static library as it is now, though its output is gone", (_, words) => {
  const workspace = makeWorkspace(CALLER);
  const build = (number: number): readonly string[] => {
    makeLibrary(workspace, number);
    rmSync(join(workspace.folder, "bin"), { recursive: true, force: true });
    const more = { ...env, GOBIN: join(workspace.folder, "bin"), MGOFLAGS: "-mgo.levels=v1,v2" };
    expectSuccess(run(workspace, [...MGO, ...words], more));
    return ["v1", "v2"].map((level) => run(workspace, ["bin/near"], { GOAMD64: level }).stderr);
  };
  expect(build(1)).toEqual(["1\n", "1\n"]);
  expect(build(2)).toEqual(["2\n", "2\n"]);
});

test("Go's own cgo packages are linked by Go, and not again", () => {
  const workspace = makeWorkspace(NET);
  const build = [...MGO, "-x", "-mgo.levels=v1,v2"];
  expect(expectSuccess(run(workspace, build, env)).stderr).toContain("/link ");
  expect(expectSuccess(run(workspace, build, env)).stderr).not.toContain("/link ");
});

test.each([[[]], [["-buildmode=pie"]], [["-ldflags=-s -w"]], [["-race"]]])(
  "an executable of Go's linker is told from others: go build %p",
  async (flags) => {
    const workspace = makeWorkspace(NET);
    expectSuccess(run(workspace, ["go", "build", "-o", "x", ...flags], env));
    expect(await isLinkedByGo(join(workspace.folder, "x"))).toBe(true);
  },
);

test.each([
  ["GNU ld", "gcc", "", "exe"],
  ["GNU ld, PIE", "gcc", "", "pie"],
  ["GNU ld, static", "gcc", "-static", "exe"],
  ["GNU ld, static PIE, stripped", "gcc", "-static-pie -s", "pie"],
  ["musl", "musl-gcc", "-static", "exe"],
])("an executable of an external linker is told from Go's: %s", async (_, CC, flags, mode) => {
  const workspace = makeWorkspace({ ...NET, "main.go": "package main\n\nfunc main() {}\n" });
  const ldflags = `-ldflags=-linkmode=external "-extldflags=${flags}"`;
  expectSuccess(run(workspace, ["go", "build", "-o", "x", ldflags, `-buildmode=${mode}`], { ...env, CC }));
  expect(await isLinkedByGo(join(workspace.folder, "x"))).toBe(false);
});
