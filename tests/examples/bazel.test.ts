/**
 * examples/bazel, built by a real Bazel in its sandbox. Debian's is too old for rules_go, and no package
 * registry has a newer one: tests/examples/rules_go has rules of the same names, which build with plain go.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { exampleFiles, partsOf, withMgo } from "../support/examples.ts";
import { expectSuccess } from "../support/run.ts";
import { makeWorkspace, run, writeFiles } from "../support/workspace.ts";

const files = exampleFiles("bazel");
const workspace = makeWorkspace(files);
const env = withMgo(workspace);
const home = dirname(workspace.folder);
afterAll(() => {
  // Bazel makes folders that not even their owner may write to.
  run(workspace, ["chmod", "-R", "u+w", home]);
});

describe.skipIf(Bun.which("bazel") === null)("mgo_bundle in Bazel", () => {
  beforeAll(() => {
    cpSync(join(import.meta.dir, "rules_go"), join(home, "rules_go"), { recursive: true });
    // A newer Bazel reads MODULE.bazel instead.
    writeFiles(workspace.folder, {
      WORKSPACE: ["rules_go", "mgo"]
        .map((name) => `local_repository(name = "${name}", path = "../${name}")\n`)
        .join(""),
      "BUILD.bazel": `${files["BUILD.bazel"]}
mgo_bundle(name = "direct", binary = ":hello", levels = ["v1", "v2"], layout = "direct", base = "v1")\n`,
    });
    writeFiles(home, { "mgo/WORKSPACE": "", "mgo/BUILD.bazel": 'exports_files(["mgo"])\n' });
    cpSync(join(home, "bin", "mgo"), join(home, "mgo", "mgo"));
    const flags = ["PATH", `GOCACHE=${workspace.env.GOCACHE}`].map((name) => `--action_env=${name}`);
    const bazel = ["bazel", "--batch", `--output_user_root=${home}/bazel`];
    expectSuccess(run(workspace, [...bazel, "build", ...flags, "//:hello_bundle", "//:direct"], env));
  });

  test("bundles a go_binary that was built for four platforms", () => {
    expect(inspect("bazel-bin/hello_bundle")).toMatchObject({
      layout: "packed",
      variants: ["v1", "v2", "v3", "v4"].map((level) => ({ level })),
    });
    // Go built for what the platform said.
    for (const level of ["v1", "v3"]) {
      const variant = join(home, level);
      expectSuccess(
        run(workspace, ["mgo", "extract", "bazel-bin/hello_bundle", `--level=${level}`, "-o", variant], env),
      );
      expect(run(workspace, ["go", "version", "-m", variant]).stdout).toContain(`GOAMD64=${level}\n`);
    }
    const started = run(workspace, ["bazel-bin/hello_bundle"], { GOAMD64: "v1", MGODEBUG: "log" });
    expect(started).toMatchObject({
      stdout: "hello from Bazel\n",
      stderr: "[mgo] launcher: starting variant GOAMD64=v1\n",
    });
  });

  test("passes levels, base and layout to mgo", () => {
    const variants = [{ level: "v1" }, { level: "v2" }];
    expect(inspect("bazel-bin/direct")).toMatchObject({ layout: "direct", base: "v1", variants });
    expect(run(workspace, ["bazel-bin/direct"]).stdout).toBe("hello from Bazel\n");
  });

  function inspect(file: string): unknown {
    return JSON.parse(expectSuccess(run(workspace, ["mgo", "inspect", "--json", file], env)).stdout);
  }
});

test("mgo pack takes what rules_go links, which tells neither its module nor its level", () => {
  const place = makeWorkspace({ "main.go": 'package main\n\nfunc main() { println("hello") }\n' });
  const script = `
    for level in v1 v3; do
      export GOAMD64=$level CGO_ENABLED=0
      go list -deps -export -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' runtime >imports
      go tool compile -p main -importcfg imports -o main.o main.go
      go tool link -importcfg imports -buildid=redacted -s -w -o hello-$level main.o
    done
    mgo pack -o hello v1=hello-v1 v3=hello-v3`;
  expectSuccess(run(place, ["bash", "-euc", script], withMgo(place)));
  expect(run(place, ["./hello"], { GOAMD64: "v1", MGODEBUG: "log" })).toMatchObject({
    status: 0,
    stderr: "[mgo] launcher: starting variant GOAMD64=v1\nhello\n",
  });
});

test("the page shows the example's files as they are", () => {
  expect(partsOf("docs/bazel.md", "starlark", "bazel/BUILD.bazel")).toEqual({ strange: [], all: 1 });
  expect(partsOf("docs/bazel.md", "python", "bazel/MODULE.bazel")).toEqual({ strange: [], all: 1 });
});
