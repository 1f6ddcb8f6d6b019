/** `mgo install` in GOPATH mode, beside `go install`. */
import { expect, test } from "bun:test";
import { program } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

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
