/** `mgo install` in GOPATH mode, beside `go install`. */
import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { library, program } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace, writeFiles } from "../support/workspace.ts";

function gopathMode({ folder }: Workspace, gopath = folder): Readonly<Record<string, string>> {
  return { GO111MODULE: "off", GOPATH: gopath };
}

test("empty entries of GOPATH are left out, as Go does", () => {
  for (const command of [["go"], MGO]) {
    const workspace = makeWorkspace(program("src/p"));
    const env = gopathMode(workspace, `::${workspace.folder}`);
    expectSuccess(run(workspace, [...command, "install", "p"], env));
    expect(listFiles(workspace.folder)).toContain("-755 bin/p");
  }
});

test("libraries are installed once, for the lowest level, and are up to date then", () => {
  const workspace = makeWorkspace({ ...library("src/lib"), ...program("src/prog") });
  const env = gopathMode(workspace);
  const isStale = (): string => run(workspace, ["go", "list", "-f", "{{.Stale}}", "lib"], env).stdout;
  for (const args of [["lib"], ["lib", "prog"], ["-mgo.levels=v1,v3", "lib", "prog"]]) {
    writeFiles(workspace.folder, {
      "src/lib/answer.go": `package library\n\nconst Text = "${randomUUID()}"\n`,
    });
    expect(isStale()).toBe("true\n");
    expect(expectSuccess(run(workspace, [...MGO, "install", ...args], env))).toMatchObject({ stderr: "" });
    expect(isStale()).toBe("false\n");
  }
  expect(listFiles(workspace.folder)).toContain("-755 bin/prog");
  expect(run(workspace, ["bin/prog"], { GOAMD64: "v2" }).stdout).toBe("level v1\n");
});

test("levels do not read each other's libraries while they are installed", () => {
  const functions = Array.from(
    { length: 500 },
    (_, index) => `func F${index}(a []int) int { return len(a) }`,
  );
  const workspace = makeWorkspace({
    "src/lib/lib.go": `package lib\n\nconst Text = "${randomUUID()}"\n`,
    "src/mid/mid.go": `package mid\n\n// ${randomUUID()}\n${functions.join("\n")}\n`,
    "src/prog/main.go":
      'package main\n\nimport (\n\t"lib"\n\t"mid"\n)\n\nfunc main() { println(lib.Text, mid.F1(nil)) }\n',
  });
  const env = gopathMode(workspace);
  expectSuccess(run(workspace, ["go", "install", "lib"], env));
  expectSuccess(run(workspace, [...MGO, "install", "lib", "prog"], env));
  expect(listFiles(workspace.folder)).toContain("-644 pkg/linux_amd64/lib.a");
});

test("mgo refuses what go refuses to install", () => {
  const workspace = makeWorkspace({ ...library("src/lib"), ...program("elsewhere") });
  const env = gopathMode(workspace);
  const plain = run(workspace, ["go", "install", "lib", "./elsewhere"], env);
  expect(plain.status).toBe(1);
  expect(run(workspace, [...MGO, "install", "lib", "./elsewhere"], env)).toEqual(plain);
});
