/** docs/bench.md, followed word by word. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { benchWorkspace, canBench, GAINS } from "../support/bench.ts";
import { ROOT } from "../support/folders.ts";
import { program } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, run } from "../support/workspace.ts";

const page = readFileSync(join(ROOT, "docs", "bench.md"), "utf8");
const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = ""]) => commands);

/** As what the page calls mgo; benchmarks and commands run once where the page does not say how often. */
const SHIM = `#!/bin/sh
word=$1
[ "$word" != bench ] || { shift; set -- bench -benchtime=1x "$@"; }
exec ${MGO.join(" ")} "$@"
`;

describe.skipIf(!canBench)("docs/bench.md", () => {
  test("has commands that do what it says", () => {
    expect(blocks.length).toBeGreaterThan(3);
    const files = { ...GAINS, ...program("cmd/program"), "bin/mgo": SHIM };
    const workspace = benchWorkspace({ ...files, "main.go": "package main\n\nfunc main() {}\n" });
    // A program at the module's root has tests in its own package.
    expectSuccess(run(workspace, ["sed", "-i", "s/^package bench/package main/", ...testFiles()]));
    const path = `${join(workspace.folder, "bin")}:${workspace.env.PATH}`;
    for (const commands of blocks) {
      expectSuccess(run(workspace, ["sh", "-euc", commands], { PATH: path, MGOFLAGS: "-mgo.compress=fast" }));
    }
    const made = ["report.html", "report.json", "sizes.html"].map((name) =>
      readFileSync(join(workspace.folder, name), "utf8").slice(0, 15),
    );
    expect(made).toEqual(["<!doctype html>", '{\n  "command": ', "<!doctype html>"]);
  });
});

function testFiles(): readonly string[] {
  return Object.keys(GAINS).filter((name) => name.endsWith("_test.go"));
}
