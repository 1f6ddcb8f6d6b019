/** Stamps of the repository are the same in a bundle: mgo leaves no file that Go would take for a change. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HELLO } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { type Files, MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

function makeRepository(files: Files = {}): Workspace {
  const workspace = makeWorkspace({ ...HELLO, ...files });
  const git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com"];
  const date = { GIT_AUTHOR_DATE: "2024-01-01T00:00:00Z", GIT_COMMITTER_DATE: "2024-01-01T00:00:00Z" };
  for (const step of [
    ["init", "-q"],
    ["add", "."],
    ["commit", "-qm", "Start"],
  ]) {
    expectSuccess(run(workspace, [...git, ...step], date));
  }
  return workspace;
}

/** Build settings, without the level, which in plain `go build` is named by no setting of ours. */
function stamps(workspace: Workspace, name: string): readonly string[] {
  const { stdout } = expectSuccess(run(workspace, ["go", "version", "-m", name]));
  return stdout.split("\n").slice(1);
}

describe.skipIf(Bun.which("git") === null)("vcs.modified", () => {
  test.each([
    ["clean", (_: string): void => {}, "false"],
    ["dirty", (folder: string): void => writeFileSync(join(folder, "new.txt"), ""), "true"],
  ])("in a %s tree is what go build stamps", (_, change, modified) => {
    const [go, mgo] = [makeRepository(), makeRepository()];
    for (const { folder } of [go, mgo]) change(folder);
    expectSuccess(run(go, ["go", "build"]));
    expectSuccess(run(mgo, MGO));
    expect(stamps(mgo, "hello")).toEqual(stamps(go, "hello"));
    expect(stamps(mgo, "hello")).toContain(`\tbuild\tvcs.modified=${modified}`);

    // All variants agree, and the bundle itself is now as much of a change as Go's own output.
    for (const level of ["v1", "v2", "v3", "v4"]) {
      expectSuccess(run(mgo, [...MGO, "extract", "hello", "--level", level, "-o", `../${level}`]));
      expect(stamps(mgo, `../${level}`)).toContain(`\tbuild\tvcs.modified=${modified}`);
    }
    expectSuccess(run(go, ["go", "build"]));
    expectSuccess(run(mgo, MGO));
    expect(stamps(mgo, "hello")).toEqual(stamps(go, "hello"));
    expect(stamps(mgo, "hello")).toContain("\tbuild\tvcs.modified=true");
  });

  test.each([["TMPDIR"], ["GOTMPDIR"], ["MGOCACHE"]])(
    "is false with %s in the repository, also when nothing is linked again",
    (variable) => {
      const mgo = makeRepository({ ".gitignore": "/hello\n", "ci/keep": "" });
      // Without a cache, variants lie in the temporary folder.
      const env = { MGOCACHE: "off", [variable]: `${mgo.folder}/ci`, GOFLAGS: "-buildvcs=true" };
      for (const _ of ["first", "second"]) {
        expectSuccess(run(mgo, MGO, env));
        expect(stamps(mgo, "hello")).toContain("\tbuild\tvcs.modified=false");
      }
    },
  );
});
