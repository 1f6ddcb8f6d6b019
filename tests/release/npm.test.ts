/**
 * The npm package as it is released: installed from its tarball into an empty folder, without Zig and the
 * launcher's sources, and run by the Nodes and Buns that people have.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { ROOT } from "../support/folders.ts";
import { changesPipe, isNonBlocking } from "../support/pipes.ts";
import { HELLO } from "../support/programs.ts";
import { folderOfNode, makeRelease, type NodeVersion, pathWith, TARBALL } from "../support/release.ts";
import { expectSuccess } from "../support/run.ts";
import { BLOCK, expectNothingLeft, processesWith, startStuck, waitUntil } from "../support/stuck.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

beforeAll(makeRelease);

const BUN_FOLDER = join(
  dirname(Bun.resolveSync("@oven/bun-linux-x64-baseline/package.json", import.meta.dir)),
  "bin",
);
const VERSIONS: readonly NodeVersion[] = ["22.19.0", "26.10.0"];
const nodes = VERSIONS.map((version) => ({ version, folder: folderOfNode(version) ?? "" }));
const had = nodes.filter(({ folder }) => folder !== "");
const [anyNode] = had;
const systemNode = Bun.which("node");
const isOld = systemNode !== null && Number(/v(\d+)/.exec(versionOf(systemNode))?.[1]) < 22;

function versionOf(program: string): string {
  return Bun.spawnSync([program, "--version"]).stdout.toString();
}

let place: Workspace | undefined;

/** A folder with a Go program, into which the package is installed, once. */
function installed(): Workspace {
  if (place !== undefined) return place;
  place = makeWorkspace(HELLO);
  expectSuccess(run(place, ["npm", "install", "--offline", "--no-audit", "--no-fund", TARBALL]));
  return place;
}

test("the package has what it needs and nothing else, and asks for no script and no other package", () => {
  const { folder } = installed();
  expect(listFiles(join(folder, "node_modules")).map((line) => line.slice(5))).toEqual([
    ".bin",
    ".bin/mgo",
    ".package-lock.json",
    "mgo",
    ...[
      "LICENSE",
      "LICENSE.zstd",
      "README.md",
      "THIRD-PARTY",
      "bunfig.toml",
      "main.js",
      "mgo-engine",
      "mgo-launcher",
      "mgo-launcher-arm",
      "mgo-launcher-arm64",
      "mgo-launcher-ppc64le",
      "mgo-launcher-riscv64",
      "mgo.js",
      "package.json",
      "start.js",
    ].map((name) => `mgo/${name}`),
  ]);
  const manifest = JSON.parse(readFileSync(join(folder, "node_modules", "mgo", "package.json"), "utf8"));
  expect(Object.keys(manifest).toSorted()).toEqual(
    [
      ...["name", "version", "description", "license", "type", "bin", "engines"],
      ...["homepage", "repository", "bugs"],
    ].toSorted(),
  );
  expect(readFileSync(join(folder, "node_modules", "mgo", "main.js"), "utf8")).not.toContain(ROOT);
});

// Engine, five launchers and mgo's code take 420 kB. More than 480 kB means that a dependency came in unseen,
// or that code is not minified.
test("the package is small", () => {
  expect(statSync(TARBALL).size).toBeLessThan(480_000);
});

test.each(["true", "false"])("it installs with ignore-scripts=%s, and warns of nothing", (ignored) => {
  const workspace = makeWorkspace();
  const path = anyNode === undefined ? (workspace.env.PATH ?? "") : pathWith(anyNode.folder, workspace);
  const install = [
    "npm",
    "install",
    "--offline",
    "--no-audit",
    "--no-fund",
    `--ignore-scripts=${ignored}`,
    TARBALL,
  ];
  const { stderr } = expectSuccess(run(workspace, install, { PATH: path }));
  if (anyNode !== undefined) expect(stderr).toBe("");
});

describe.each(VERSIONS)("under Node %s", (version) => {
  const folder = had.find((node) => node.version === version)?.folder;

  test.skipIf(folder === undefined)("npx mgo builds the same bundle as the mgo of a checkout", () => {
    const workspace = installed();
    const PATH = pathWith(folder ?? "", workspace);
    const levels = ["-mgo.levels=v1,v3"];
    const MGOFLAGS = "";
    const built = expectSuccess(
      run(workspace, ["npx", "mgo", ...levels, "-trimpath", "-o", "x"], { PATH, MGOFLAGS }),
    );
    expect(built).toMatchObject({ stdout: "", stderr: "" });
    expect(run(workspace, ["./x"], { GOAMD64: "v1" }).stdout).toBe("level v1\n");
    const verified = run(workspace, ["npx", "mgo", "verify", "x"], { PATH });
    expect(verified.stdout).toStartWith("x: whole");
    const MGOCACHE = makeWorkspace().cache;
    expectSuccess(run(workspace, [...MGO, ...levels, "-trimpath", "-o", "y"], { MGOFLAGS, MGOCACHE }));
    const [x, y] = ["x", "y"].map((name) => readFileSync(join(workspace.folder, name)));
    expect(x?.equals(y ?? Buffer.alloc(0))).toBe(true);
  });

  test.skipIf(folder === undefined)("it ends as go does, and finds the go behind itself", () => {
    const workspace = makeWorkspace({ ...HELLO, "bin/": "", "other.go": "package main\n\nfunc broken( {\n" });
    const mgo = join(installed().folder, "node_modules", "mgo", "mgo.js");
    symlinkSync(mgo, join(workspace.folder, "bin", "go"));
    const PATH = `${workspace.folder}/bin:${pathWith(folder ?? "", workspace)}`;
    const failed = run(workspace, ["sh", "-c", "go build -mgo.levels=v1,v3"], { PATH });
    expect(failed).toMatchObject({ status: 1, stdout: "" });
    expect(failed.stderr).toContain("other.go:3:14: syntax error");
    expect(run(workspace, ["sh", "-c", "go version"], { PATH }).stdout).toStartWith("go version go1.");
    expect(run(workspace, [mgo, "verify", "go.mod"], { PATH })).toMatchObject({ status: 1 });
  });

  test.skipIf(folder === undefined)(
    "it keeps its streams as they were while it runs, and killed or interrupted leaves nothing",
    async () => {
      const command = [join(folder ?? "", "node"), join(installed().folder, "node_modules", "mgo", "mgo.js")];
      const killed = await startStuck(BLOCK, command);
      const fdinfo = (file: number) => readFileSync(`/proc/${killed.child.pid}/fdinfo/${file}`, "latin1");
      expect([1, 2].filter((file) => isNonBlocking(fdinfo(file)))).toEqual([]);
      killed.child.kill("SIGKILL");
      await waitUntil(() => processesWith(killed.mark).length === 0);
      await waitUntil(() => readdirSync(killed.workspace.temporary).length === 0);
      await killed.end();
      const next = await startStuck(BLOCK, command, killed.workspace);
      next.child.kill("SIGTERM");
      await next.child.exited;
      expect(String(next.child.signalCode)).toBe("SIGTERM");
      await next.end();
      expectNothingLeft(next.workspace, next.mark);
    },
  );

  test.skipIf(folder === undefined).each([[["version"]], [["-mgo.levels=v1", "-o", "z"]]])(
    "mgo %j leaves a pipe that others share as it was",
    (args) => {
      const workspace = installed();
      const mgo = join(workspace.folder, "node_modules", "mgo", "mgo.js");
      const command = [join(folder ?? "", "node"), mgo, ...args];
      expect(changesPipe(workspace, command)).toBe(false);
    },
  );
});

describe("on a Node that is too old", () => {
  test.skipIf(!isOld)("it says in one line what was found and what is needed", () => {
    const workspace = installed();
    const PATH = "/usr/bin:/bin";
    const { status, stdout, stderr } = run(workspace, ["node_modules/.bin/mgo", "--version"], { PATH });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^mgo: Node [\d.]+ is too old, and there is no bun in PATH: mgo needs Node 22\.19, .*\n$/,
    );
  });

  test.skipIf(!isOld)("it starts the bun in PATH, which reads nothing from the current folder", () => {
    const workspace = makeWorkspace({
      ...HELLO,
      ".env": "MGOFLAGS=-mgo.levels=none\nGOOS=plan9\n",
      "bunfig.toml": 'preload = ["./trap.js"]\n',
      "trap.js": 'console.log("trapped"); process.exit(99);\n',
    });
    const mgo = join(installed().folder, "node_modules", ".bin", "mgo");
    const PATH = pathWith(BUN_FOLDER, workspace);
    expectSuccess(run(workspace, [mgo, "-mgo.levels=v1,v3", "-o", "x"], { PATH }));
    expect(run(workspace, ["./x"], { GOAMD64: "v1" }).stdout).toBe("level v1\n");
    expect(run(workspace, [mgo, "env", "GOOS"], { PATH }).stdout).toBe("linux\n");
    // The first -- is the user's.
    expect(run(workspace, [mgo, "--", "--help"], { PATH }).stderr).not.toContain("bun");
  });
});

test("bunx mgo builds from a packed tarball in an empty folder, with no Node around", () => {
  const workspace = makeWorkspace({ ...HELLO, "bin/": "" });
  const bin = join(workspace.folder, "bin");
  for (const name of ["bun", "bunx"]) symlinkSync(join(BUN_FOLDER, "bun"), join(bin, name));
  symlinkSync(Bun.which("go") ?? "", join(bin, "go"));
  mkdirSync(join(workspace.folder, "downloads"));
  copyFileSync(TARBALL, join(workspace.folder, "downloads", "mgo.tgz"));
  const env = {
    PATH: bin,
    BUN_INSTALL_CACHE_DIR: join(workspace.folder, "cache"),
    TMPDIR: workspace.temporary,
  };
  const tarball = `--package=${workspace.folder}/downloads/mgo.tgz`;
  expectSuccess(run(workspace, [join(bin, "bunx"), tarball, "mgo", "-mgo.levels=v1,v3", "-o", "x"], env));
  expect(run(workspace, ["./x"], { GOAMD64: "v1" }).stdout).toBe("level v1\n");
  expect(run(workspace, [join(bin, "bunx"), tarball, "mgo", "--version"], env).stdout).toBe(
    `mgo ${packageJson.version}\n`,
  );
});

test.skipIf(anyNode === undefined)("npx mgo runs from a packed tarball in an empty folder", () => {
  const workspace = makeWorkspace();
  const PATH = pathWith(anyNode?.folder ?? "", workspace);
  const command = ["npx", "--yes", "--offline", `--package=${TARBALL}`, "mgo", "--version"];
  expect(run(workspace, command, { PATH }).stdout).toBe(`mgo ${packageJson.version}\n`);
});
