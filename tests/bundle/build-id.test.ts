/** Go's build ID of bundles: by it `go build` tells its own output from others. */
import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { HELLO } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { buildBundle, buildVariant, kinds } from "../support/variants.ts";
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
