/** examples/goreleaser released by the real GoReleaser, with mgo as its `tool`. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultLevelsOf } from "../../src/levels/level.ts";
import { COMMIT, exampleFiles, partsOf, withMgo } from "../support/examples.ts";
import { followPage } from "../support/follow.ts";
import { expectSuccess } from "../support/run.ts";
import { findTools } from "../support/tools.ts";
import { makeWorkspace, run, type Workspace } from "../support/workspace.ts";

const tools = findTools("goreleaser");
const LEVELS = ["v1", "v2", "v3", "v4"];

function release(): { workspace: Workspace; shell: (script: string) => string } {
  const workspace = makeWorkspace(exampleFiles("goreleaser"));
  const env = withMgo(workspace, tools ?? "");
  const shell = (script: string): string =>
    expectSuccess(run(workspace, ["bash", "-euo", "pipefail", "-c", script], env)).stdout;
  shell(COMMIT);
  shell("goreleaser check && goreleaser release --clean --skip=publish");
  return { workspace, shell };
}

describe.skipIf(tools === undefined)("a release by GoReleaser with mgo", () => {
  let workspace: Workspace;
  let shell: (script: string) => string;
  beforeAll(() => {
    ({ workspace, shell } = release());
  });

  test("its checksums are those of what it made", () => {
    const lines = shell("cd dist && sha256sum --check --strict checksums.txt").trim().split("\n");
    expect(lines.map((line) => line.replace(/: OK$/, ""))).toEqual(
      expect.arrayContaining([
        "hello_1.2.3_linux_amd64.tar.gz",
        "hello_1.2.3_linux_amd64.deb",
        "hello_1.2.3_darwin_arm64.tar.gz",
        "hello_1.2.3_windows_amd64.zip",
      ]),
    );
  });

  test("the archive for Linux on x86-64 holds a bundle of four levels that runs", () => {
    shell("mkdir archive && tar -xzf dist/hello_1.2.3_linux_amd64.tar.gz -C archive");
    expectBundle("archive/hello");
    shell("mgo license | cmp - archive/LICENSE.mgo");
  });

  test.skipIf(Bun.which("dpkg-deb") === null)("so does the Debian package", () => {
    shell("dpkg-deb -x dist/hello_1.2.3_linux_amd64.deb package");
    expectBundle("package/usr/bin/hello");
    shell("mgo license | cmp - package/usr/share/doc/hello/LICENSE.mgo");
  });

  test.skipIf(Bun.which("dpkg-deb") === null)("the Debian package for arm is for armhf", () => {
    expect(shell("dpkg-deb --field dist/hello_1.2.3_linux_arm.deb Architecture")).toBe("armhf\n");
  });

  test.each([
    ["darwin_amd64", "\xcf\xfa\xed\xfe"],
    ["darwin_arm64", "\xcf\xfa\xed\xfe"],
  ])("the archive for %s holds what plain go builds", (target, magic) => {
    shell(`mkdir ${target} && tar -xzf dist/hello_1.2.3_${target}.tar.gz -C ${target}`);
    expectPlain(join(target, "hello"), target, magic);
  });

  test.each(["arm", "arm64"] as const)("the archive for linux_%s holds a bundle of its levels", (goarch) => {
    shell(`mkdir ${goarch} && tar -xzf dist/hello_1.2.3_linux_${goarch}.tar.gz -C ${goarch}`);
    const found: unknown = JSON.parse(shell(`mgo inspect --json ${goarch}/hello`));
    expect(found).toMatchObject({ variants: defaultLevelsOf(goarch).map((level) => ({ level })) });
    shell(`mgo license | cmp - ${goarch}/LICENSE.mgo`);
  });

  test.each([["windows_amd64"], ["windows_arm64"]])("%s is what plain go builds", (target) => {
    // Looked at beside its ZIP file: a fresh machine may lack unzip.
    const folder = `dist/hello_${target}_${target.endsWith("amd64") ? "v1" : "v8.0"}`;
    expectPlain(`${folder}/hello.exe`, target, "MZ");
  });

  test("a second release of the same commit, elsewhere, is the same", () => {
    const second = release();
    expect(second.workspace.folder).not.toBe(workspace.folder);
    expect(second.shell("cat dist/checksums.txt")).toBe(shell("cat dist/checksums.txt"));
  });

  function expectBundle(file: string): void {
    const found: unknown = JSON.parse(shell(`mgo inspect --json ${file}`));
    expect(found).toMatchObject({ layout: "packed", variants: LEVELS.map((level) => ({ level })) });
    expect(shell(`GOAMD64=v1 ${file}`)).toBe("hello 1.2.3 on linux/amd64 v1\n");
    expect(shell(`mgo verify ${file}`)).toContain("whole");
  }

  function expectPlain(file: string, target: string, magic: string): void {
    const [goos, goarch] = target.split("_");
    expect(readFileSync(join(workspace.folder, file)).toString("latin1", 0, 4)).toContain(magic);
    expect(shell(`go version -m ${file}`)).toMatch(new RegExp(`GOARCH=${goarch}[^]*GOOS=${goos}`));
  }
});

test("the page shows a part of its configuration as it is", () => {
  expect(partsOf("docs/goreleaser.md", "yaml", "goreleaser/.goreleaser.yaml")).toEqual({
    strange: [],
    all: 1,
  });
});

followPage("docs/goreleaser.md", {
  files: exampleFiles("goreleaser"),
  env: { PATH: tools ?? "" },
  skip: tools === undefined,
});
