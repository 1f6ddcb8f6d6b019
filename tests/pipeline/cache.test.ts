/**
 * The cache: an unchanged program is neither linked nor encoded again, and a faulty cache never fails a
 * build.
 */
import { beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/bundle/variant.ts";
import { cacheFolder } from "../../src/pipeline/variant-cache.ts";
import { HELLO, SEVERAL } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace, writeFiles } from "../support/workspace.ts";

/** The kept variants, each with the inode that tells whether it was written again. */
function variants(workspace: Workspace): readonly string[] {
  return listFiles(workspace.cache)
    .filter((line) => line.startsWith("-"))
    .map((line) => line.slice(line.indexOf(" ") + 1))
    .map((path) => `${path} ${statSync(join(workspace.cache, path)).ino}`);
}

test.each([
  ["one program", HELLO, []],
  ["several programs", SEVERAL, ["-o", "bin/", "./..."]],
])("an unchanged second run of %s links nothing", (_, files, args) => {
  const workspace = makeWorkspace(files);
  const first = expectSuccess(run(workspace, [...MGO, "-x", ...args]));
  expect(first.stderr).toContain("/link ");
  const before = variants(workspace);
  expect(before.length).toBeGreaterThan(3);
  const second = expectSuccess(run(workspace, [...MGO, "-x", ...args]));
  expect(second.stderr).not.toContain("/link ");
  expect(second.stderr).not.toContain("/compile ");
  expect(variants(workspace)).toEqual(before);
});

test("a changed program is linked again", () => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(run(workspace, MGO));
  writeFileSync(join(workspace.folder, "more.go"), 'package main\n\nfunc init() { greeting = "changed" }\n');
  expectSuccess(run(workspace, MGO));
  expect(run(workspace, ["./hello"], { GOAMD64: "v2" }).stdout).toBe("changed v2\n");
});

test("a variant that this run's go has not written or confirmed is not taken", () => {
  const workspace = makeWorkspace({ ...HELLO, "bin/go": "" });
  expectSuccess(run(workspace, MGO));
  // A go that ends well without building anything at one level.
  const real = Bun.which("go");
  const lazy = `#!/bin/sh\ncase "$1 $GOAMD64" in "build v3") exit 0 ;; esac\nexec ${real} "$@"\n`;
  writeFiles(workspace.folder, { "bin/go": lazy });
  const PATH = `${workspace.folder}/bin:${workspace.env.PATH}`;
  const { status, stderr } = run(workspace, MGO, { PATH });
  expect(stderr).toBe("mgo: go made no program of example.com/hello for GOAMD64=v3\n");
  expect(status).toBe(1);
});

test("other flags do not push the variants out, and the flags of printing share them", () => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(run(workspace, MGO));
  expectSuccess(run(workspace, [...MGO, "-ldflags=-s"]));
  expect(readdirSync(join(workspace.cache, "build"))).toHaveLength(2);
  const again = expectSuccess(run(workspace, [...MGO, "-x", "-v", "-o", "hello"]));
  expect(again.stderr).not.toContain("/link ");
});

test("two runs at once both succeed, with the same bytes", async () => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(run(workspace, [...MGO, "-o", "x"]));
  const start = () =>
    Bun.spawn([...MGO, "-o", "x"], { cwd: workspace.folder, env: workspace.env, stderr: "pipe" });
  const before = readFileSync(join(workspace.folder, "x"));
  const children = [start(), start(), start()];
  expect(await Promise.all(children.map(({ exited }) => exited))).toEqual([0, 0, 0]);
  expect(readFileSync(join(workspace.folder, "x")).equals(before)).toBe(true);
  expect(readdirSync(join(workspace.cache, "build"))).toHaveLength(1);
  expect(listFiles(workspace.temporary)).toEqual([]);
});

test.each([
  ["switched off", { MGOCACHE: "off" }],
  ["in a place that cannot be", { MGOCACHE: "/dev/null/cache" }],
  ["without a home", { MGOCACHE: "", HOME: "", XDG_CACHE_HOME: "" }],
])("a build works with a cache %s", (_, env) => {
  const workspace = makeWorkspace(HELLO);
  expectSuccess(run(workspace, MGO, env));
  expect(existsSync(join(workspace.folder, "hello"))).toBe(true);
  expect(listFiles(workspace.temporary)).toEqual([]);
});

test("entries that have not been used for five days are removed", () => {
  const workspace = makeWorkspace(HELLO);
  const age = (name: string, days: number): void => {
    const folder = join(workspace.cache, "build", name);
    mkdirSync(join(folder, "v1"), { recursive: true });
    const then = Date.now() / 1000 - days * 24 * 60 * 60;
    utimesSync(folder, then, then);
  };
  age("fresh", 4);
  age("stale", 6);
  expectSuccess(run(workspace, MGO));
  const kept = readdirSync(join(workspace.cache, "build"));
  expect(kept.filter((name) => /fresh|stale/.test(name)).toSorted()).toEqual(["fresh"]);
});

test("the cache is where the variables say", () => {
  expect(cacheFolder({ MGOCACHE: "/a", HOME: "/h" })).toBe("/a");
  expect(cacheFolder({ XDG_CACHE_HOME: "/x", HOME: "/h" })).toBe("/x/mgo");
  expect(cacheFolder({ XDG_CACHE_HOME: "x", HOME: "/h" })).toBe("/h/.cache/mgo");
  expect(cacheFolder({})).toBeUndefined();
});

describe("the bundle of the last run", () => {
  const build = (...flags: readonly string[]): { readonly bundle: Buffer; readonly kept: string } => {
    expectSuccess(run(workspace, [...MGO, ...flags, "-o", "x"]));
    const files = listFiles(workspace.cache).filter((line) => /\/bundles\/x\/[0-9a-f]{32}$/.test(line));
    expect(files).toHaveLength(1);
    const kept = join(workspace.cache, files[0]?.replace(/^\S+ /, "") ?? "");
    return { bundle: readFileSync(join(workspace.folder, "x")), kept };
  };
  let workspace: Workspace;
  beforeEach(() => {
    workspace = makeWorkspace(HELLO);
  });

  test("is taken again while its variants are the same", () => {
    const other = build("-mgo.compress=best").bundle;
    const { bundle, kept } = build();
    expect(other.equals(bundle)).toBe(false);
    // Another bundle of the same variants, which shows where the next one comes from.
    writeFileSync(kept, Buffer.concat([sha256(other), other]));
    expect(build().bundle.equals(other)).toBe(true);
    expect(build("-mgo.layout=direct").bundle.equals(other)).toBe(false);
  });

  test("is not taken for other variants", () => {
    const { kept } = build();
    const before = readFileSync(kept);
    writeFileSync(
      join(workspace.folder, "more.go"),
      'package main\n\nfunc init() { greeting = "changed" }\n',
    );
    const { bundle } = build();
    writeFileSync(kept, before);
    expect(build().bundle.equals(bundle)).toBe(true);
  });

  test("is not taken for other levels", () => {
    for (const levels of ["v1,v2,v3,v4", "v1,v3", "v1,v2", "v1,v2,v3", "v2,v3"]) {
      build(`-mgo.levels=${levels}`);
      const { stdout } = expectSuccess(run(workspace, [...MGO, "inspect", "--json", "x"]));
      const found: { readonly variants: readonly { readonly level: string }[] } = JSON.parse(stdout);
      expect(found.variants.map(({ level }) => level).join()).toBe(levels);
    }
  });

  test.each([
    [
      "damaged",
      (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 9 ? ~byte : byte))),
    ],
    ["cut short", (bytes: Buffer) => bytes.subarray(0, -9)],
    ["longer than it was", (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(9)])],
  ])("is made again where it is %s", (_, damage) => {
    const { bundle, kept } = build();
    writeFileSync(kept, damage(readFileSync(kept)));
    expect(build().bundle.equals(bundle)).toBe(true);
    expect(readFileSync(kept).subarray(32).equals(bundle)).toBe(true);
  });
});
