/**
 * mgo as one compiled file, in folders and environments that mean something to the runtime inside of it.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { HELLO } from "../support/programs.ts";
import { makeStandalone } from "../support/release.ts";
import { expectSuccess } from "../support/run.ts";
import { BLOCK, expectNothingLeft, processesWith, startStuck, waitUntil } from "../support/stuck.ts";
import { makeWorkspace, run } from "../support/workspace.ts";

const MGO = makeStandalone();

/** Files that Bun would read and run in a folder, each with a trace of its own. */
const FOLDER = {
  ...HELLO,
  ".env": "MGOFLAGS=-mgo.levels=none\nGOOS=plan9\n",
  ".env.local": "MGOFLAGS=-mgo.levels=none\n",
  ".env.production": "MGOFLAGS=-mgo.levels=none\n",
  "bunfig.toml": 'preload = ["./trap.js"]\n[run]\nbun = true\n',
  "package.json": '{"type":"commonjs","imports":{"#a":"./trap.js"},"bun":{"preload":"./trap.js"}}',
  "tsconfig.json": '{"compilerOptions":{"paths":{"*":["./trap.js"]}},"extends":"./missing"}',
  "jsconfig.json": "{",
  ".npmrc": "script-shell=/bin/false\n",
  "node_modules/log-update/package.json": '{"main":"../../trap.js"}',
  "node_modules/log-update/index.js": 'require("../../trap.js")',
  "trap.js": 'console.log("trapped"); process.exit(99);\n',
};

test("nothing in the current folder is read but what go reads", () => {
  const workspace = makeWorkspace(FOLDER);
  const built = expectSuccess(run(workspace, [MGO, "-o", "x"]));
  expect(built).toMatchObject({ stdout: "", stderr: "" });
  expect(run(workspace, ["./x"], { GOAMD64: "v2" }).stdout).toBe("level v2\n");
  expect(run(workspace, [MGO, "env", "GOOS"]).stdout).toBe("linux\n");
  expect(expectSuccess(run(workspace, [MGO, "verify", "x"])).stdout).toStartWith("x: whole");
});

test("as the go in PATH it finds the real one behind it", () => {
  const workspace = makeWorkspace({ ...HELLO, "bin/": "" });
  symlinkSync(MGO, join(workspace.folder, "bin", "go"));
  const env = { PATH: `${workspace.folder}/bin:${workspace.env.PATH}` };
  expect(run(workspace, ["sh", "-c", "go version"], env).stdout).toStartWith("go version go1.");
  expectSuccess(run(workspace, ["sh", "-c", "go build -mgo.levels=v1,v3 -o x"], env));
  expect(run(workspace, ["./x"], { GOAMD64: "v1" }).stdout).toBe("level v1\n");
});

test("killed, it leaves nothing", async () => {
  const { child, workspace, mark, end } = await startStuck(BLOCK, [MGO]);
  child.kill("SIGKILL");
  await waitUntil(() => processesWith(mark).length === 0);
  await waitUntil(() => readdirSync(workspace.temporary).length === 0);
  await end();
  const next = await startStuck(BLOCK, [MGO], workspace);
  next.child.kill("SIGTERM");
  await next.child.exited;
  await next.end();
  expectNothingLeft(workspace, mark);
});

describe("variables that steer Bun change nothing, and do not reach go", () => {
  test.each([
    ["BUN_OPTIONS", "--preload ./trap.js"],
    ["BUN_OPTIONS", "--cwd=/"],
    ["BUN_OPTIONS", "--print 1"],
    ["BUN_BE_BUN", "1"],
    ["BUN_INSPECT", "ws://127.0.0.1:0/x?break=1"],
    ["BUN_INSPECT_PRELOAD", "./trap.js"],
    ["NODE_OPTIONS", "--require ./trap.js"],
    ["NODE_PATH", "node_modules"],
  ])("%s=%s", (name, value) => {
    const workspace = makeWorkspace(FOLDER);
    const env = { [name]: value };
    expect(run(workspace, [MGO, "--version"], env)).toMatchObject({
      status: 0,
      stdout: `mgo ${packageJson.version}\n`,
      stderr: "",
    });
    expect(expectSuccess(run(workspace, [MGO, "-mgo.levels=v1", "-o", "x"], env)).stderr).toBe("");
  });

  test.each([["BUN_OPTIONS"], ["BUN_BE_BUN"]])("%s is not there for go", (name) => {
    const workspace = makeWorkspace({ "bin/go": `#!/bin/sh\necho "<$${name}>" >&2\nexit 3\n` });
    const env = { PATH: `${workspace.folder}/bin:/usr/bin:/bin`, [name]: "--smol" };
    for (const args of [["build"], ["version"]]) {
      expect(run(workspace, [MGO, ...args], env)).toMatchObject({ status: 3, stderr: "<>\n" });
    }
  });
});
