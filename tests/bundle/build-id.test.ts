/** Build IDs of bundles: Go's, by which `go build` knows its own output, and that of GNU tools. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { scratch } from "../support/folders.ts";
import { HELLO } from "../support/programs.ts";
import { expectSuccess, runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, bundleFiles, kinds } from "../support/variants.ts";
import { MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

function buildId(workspace: Workspace, path: string): string {
  return expectSuccess(run(workspace, ["go", "tool", "buildid", path])).stdout.trim();
}

describe.each(LAYOUTS)("a %s bundle", (layout) => {
  test("is replaced by go build, also at the base's level", () => {
    const workspace = makeWorkspace(HELLO);
    const build = (level: string) => {
      expectSuccess(run(workspace, ["go", "build", "-o", "hello", "."], { GOAMD64: level }));
      return statSync(join(workspace.folder, "hello")).size;
    };
    const plain = build("v3");
    expectSuccess(run(workspace, [...MGO, `-mgo.layout=${layout}`, "-mgo.levels=v1,v3"]));
    const bundled = statSync(join(workspace.folder, "hello")).size;
    expect(bundled).not.toBe(plain);
    const stale = run(workspace, ["go", "list", "-f", "{{.Stale}}"], {
      GOAMD64: "v3",
      GOBIN: workspace.folder,
    });
    expect(stale.stdout).toBe("true\n");
    expect(build("v3")).toBe(plain);
  });
});

describe.each(kinds)("a direct bundle of a %s program", (kind) => {
  test("has a build ID of its own, its base the one that Go made", async () => {
    const workspace = makeWorkspace();
    const plain = buildVariant("v3", "levels", kind);
    const bundle = await buildBundle({ layout: "direct", kind });
    const [ours, base] = [bundle, plain].map((path) => buildId(workspace, path).split("/"));
    if (ours === undefined || base === undefined) throw new Error("unreachable");
    expect(ours).toHaveLength(base.length);
    expect(ours[0]).not.toBe(base[0]);
    expect(ours.at(-1)).not.toBe(base.at(-1));
    const out = join(workspace.folder, "base");
    expectSuccess(run(workspace, [...MGO, "extract", bundle, "--level", "v3", "-o", out]));
    expect(run(workspace, ["cmp", out, plain]).status).toBe(0);
  });
});

/** Returns the build IDs of NT_GNU_BUILD_ID notes that readelf finds. */
function gnuBuildIds(path: string): readonly string[] {
  const { stdout } = runProgram(["readelf", "-nW", path], { PATH: process.env.PATH ?? "", LC_ALL: "C" });
  return [...stdout.matchAll(/Build ID: ([0-9a-f]+)$/gm)].map(([, id]) => id ?? "");
}

describe.skipIf(Bun.which("readelf") === null)("a packed bundle", () => {
  test("has a GNU build ID that follows from its contents", async () => {
    const bundles = await Promise.all([
      buildBundle(),
      buildBundle({ levels: ["v1", "v3"] }),
      buildBundle({ program: "place" }),
      bundleFiles(LEVELS.map((level) => ({ level, path: buildVariant(level) }))),
    ]);
    const [all, fewer, other, again] = bundles.map(gnuBuildIds);
    expect(all).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)]);
    expect(new Set([all, fewer, other].map((ids) => ids?.join())).size).toBe(3);
    expect(again).toEqual(all ?? []);
  });

  test.skipIf(Bun.which("file") === null || Bun.which("eu-unstrip") === null)(
    "shows it to file and eu-unstrip, also when stripped",
    async () => {
      const bundle = await buildBundle();
      const copy = join(scratch, "stripped-with-build-id");
      copyFileSync(bundle, copy);
      const workspace = makeWorkspace();
      expectSuccess(run(workspace, ["strip", copy]));
      const [id = ""] = gnuBuildIds(bundle);
      for (const path of [bundle, copy]) {
        expect(gnuBuildIds(path)).toEqual([id]);
        expect(run(workspace, ["file", path]).stdout).toContain(`BuildID[sha1]=${id}`);
        expect(run(workspace, ["eu-unstrip", "-n", "-e", path]).stdout).toContain(` ${id}@`);
      }
    },
  );

  test.skipIf(Bun.which("strip") === null)("runs and is whole without it", async () => {
    const copy = join(scratch, "without-build-id");
    copyFileSync(await buildBundle(), copy);
    const workspace = makeWorkspace();
    expectSuccess(run(workspace, ["strip", "-R", ".note.*", copy]));
    expect(gnuBuildIds(copy)).toEqual([]);
    expect(runProgram([copy, "x"], { GOAMD64: "v1" })).toMatchObject({
      status: 0,
      stdout: "[v1 x]\n",
      stderr: "",
    });
    expectSuccess(run(workspace, [...MGO, "verify", copy]));
  });
});

test.skipIf(Bun.which("readelf") === null)("a direct bundle has the GNU build ID of its base", async () => {
  for (const kind of kinds) {
    const bundle = await buildBundle({ layout: "direct", kind });
    expect(gnuBuildIds(bundle)).toEqual(gnuBuildIds(buildVariant("v3", "levels", kind)));
  }
});
