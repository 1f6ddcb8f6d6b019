/**
 * `mgo install` where Go runs on another system than it builds for. That system is linux/386, whose `go` this
 * machine runs, too; its compiler and linker are this machine's own, which make the same.
 */
import { beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HELLO } from "../support/programs.ts";
import { publish } from "../support/proxy.ts";
import { expectSuccess } from "../support/run.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

const git = Bun.which("git");
const PACKAGE = "example.com/hello@v1.0.0";
/** Whether this machine's kernel runs programs of 32 bits: some have that switched off. */
const runsThem = ((): boolean => {
  const workspace = makeWorkspace({ "x.go": "package main\n\nfunc main() {}\n" });
  expectSuccess(run(workspace, ["go", "build", "x.go"], { GOARCH: "386", CGO_ENABLED: "0" }));
  return run(workspace, ["sh", "-c", "./x"]).status === 0;
})();

let elsewhere: Readonly<Record<string, string>> = {};

beforeAll(() => {
  if (!runsThem) return;
  const { folder, env } = makeWorkspace({ "bin/": "", "pkg/tool/": "" });
  const host = makeWorkspace();
  const goroot = expectSuccess(run(host, ["go", "env", "GOROOT"])).stdout.trim();
  for (const name of readdirSync(goroot)) {
    if (name !== "bin" && name !== "pkg") symlinkSync(join(goroot, name), join(folder, name));
  }
  symlinkSync(join(goroot, "pkg/include"), join(folder, "pkg/include"));
  symlinkSync(join(goroot, "pkg/tool/linux_amd64"), join(folder, "pkg/tool/linux_386"));
  const flags = ["-ldflags=-s -w", "-o", join(folder, "bin/go")];
  expectSuccess(run(host, ["go", "build", ...flags, "cmd/go"], { GOARCH: "386", CGO_ENABLED: "0" }));
  elsewhere = {
    PATH: `${join(folder, "bin")}:${env.PATH}`,
    GOROOT: folder,
    GOARCH: "amd64",
    GOMODCACHE: join(folder, "modules"),
    ...(git === null ? {} : publish([{ path: "example.com/hello", version: "v1.0.0", files: HELLO }])),
  };
});

/** Installs with these variables, of which $DIR is the workspace's folder, and runs what is there then. */
function install(workspace: Workspace, words: readonly string[], env: Readonly<Record<string, string>>) {
  const places = Object.entries(env).map(([name, value]) => [name, value.replace("$DIR", workspace.folder)]);
  return run(workspace, [...words], { ...elsewhere, GOPATH: "", ...Object.fromEntries(places) });
}

const PACKAGES = [".", ...(git === null ? [] : [PACKAGE])];

test.skipIf(!runsThem)("go refuses GOBIN, and takes a folder below GOPATH's", () => {
  const workspace = makeWorkspace(HELLO);
  const refused = install(workspace, ["go", "install", "."], { GOBIN: "$DIR/bin" });
  expect(refused.stderr).toBe("go: cannot install cross-compiled binaries when GOBIN is set\n");
  expectSuccess(install(workspace, ["go", "install", "."], { GOPATH: "$DIR/gopath" }));
  expect(existsSync(join(workspace.folder, "gopath/bin/linux_amd64/hello"))).toBe(true);
});

test.skipIf(!runsThem).each(PACKAGES)("mgo install %s puts a bundle into GOBIN", (name) => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(install(workspace, [...MGO, "install", name], { GOBIN: "$DIR/bin", GOPATH: "$DIR/gopath" }));
  expect(run(workspace, ["bin/hello"], { GOAMD64: "v2" }).stdout).toBe("level v2\n");
  expect(listFiles(workspace.folder).filter((line) => line.includes("gopath/bin"))).toEqual([]);
  expect(listFiles(workspace.temporary)).toEqual([]);
});

test.skipIf(!runsThem).each(PACKAGES)(
  "mgo install %s takes GOBIN from the file of go env -w as well",
  (name) => {
    const workspace = makeWorkspace(HELLO);
    const file = join(workspace.folder, "goenv");
    writeFileSync(file, `GOBIN=${workspace.folder}/written\nGOPATH=${workspace.folder}/gopath\n`);
    expectSuccess(install(workspace, [...MGO, "install", name], { GOENV: file }));
    expect(run(workspace, ["written/hello"], { GOAMD64: "v2" }).stdout).toBe("level v2\n");
  },
);

test.skipIf(!runsThem).each(PACKAGES)(
  "without GOBIN mgo install %s takes the folder that go does, and links once",
  (name) => {
    const workspace = makeWorkspace(HELLO);
    mkdirSync(join(workspace.folder, "gopath"));
    const words = [...MGO, "install", "-x", name];
    const env = { GOPATH: "$DIR/gopath" };
    expect(expectSuccess(install(workspace, words, env)).stderr).toContain("/link ");
    expect(run(workspace, ["gopath/bin/linux_amd64/hello"], { GOAMD64: "v2" }).stdout).toBe("level v2\n");
    expect(expectSuccess(install(workspace, words, env)).stderr).not.toContain("/link ");
  },
);

test.skipIf(!runsThem)("mgo install in GOPATH mode says that it cannot", () => {
  const workspace = makeWorkspace({ "gopath/src/hello/main.go": "package main\n\nfunc main() {}\n" });
  const env = { GOPATH: "$DIR/gopath", GO111MODULE: "off" };
  const { status, stderr } = install(workspace, [...MGO, "install", "hello"], env);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr:
      "mgo: mgo install does not cross-compile to linux/amd64 in GOPATH mode\n" +
      "hint: use modules, or mgo build -o\n",
  });
});
