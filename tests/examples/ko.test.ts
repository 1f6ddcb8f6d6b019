/** examples/ko built by the real ko with mgo as its go, on base images of a registry on this machine. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { defaultLevelsOf } from "../../src/levels/level.ts";
import { exampleFiles, partsOf, withMgo } from "../support/examples.ts";
import { followPage } from "../support/follow.ts";
import { type Image, unpackImages } from "../support/oci.ts";
import { pushBase, startRegistry } from "../support/registry.ts";
import { expectSuccess, type Outcome } from "../support/run.ts";
import { findTools } from "../support/tools.ts";
import { makeWorkspace, run } from "../support/workspace.ts";

const tools = findTools("ko", "crane");
const LEVELS = ["v1", "v2", "v3", "v4"];
const registry = tools === undefined ? undefined : await startRegistry(tools);
const base = registry === undefined ? "" : pushBase(registry, makeWorkspace(), tools ?? "");
afterAll(() => {
  registry?.stop();
});

/** Variables that the page has its reader set: here, with a base image of this machine's registry. */
const SETTINGS = { KO_DEFAULTBASEIMAGE: base, KO_GO_PATH: "mgo" };

describe.skipIf(tools === undefined)("an image that ko builds with mgo", () => {
  const workspace = makeWorkspace(exampleFiles("ko"));
  const env = { ...withMgo(workspace, tools ?? ""), ...SETTINGS };
  const build = (more: Readonly<Record<string, string>> = {}): Outcome =>
    expectSuccess(
      run(workspace, ["ko", "build", "--push=false", "--oci-layout-path=../layout"], { ...env, ...more }),
    );
  const image = (architecture: string): Image => {
    const images = unpackImages(
      join(workspace.folder, "..", "layout"),
      join(workspace.folder, "..", "images"),
    );
    const found = images.find((one) => one.architecture === architecture);
    if (found === undefined) throw new Error(`no image for ${architecture}`);
    return found;
  };

  beforeAll(() => void build());

  test("for linux/amd64 holds a bundle of four levels", () => {
    const { entrypoint, root } = image("amd64");
    expect(entrypoint).toEqual(["/ko-app/hello"]);
    const inspected = expectSuccess(
      run(workspace, ["mgo", "inspect", "--json", `${root}/ko-app/hello`], env),
    );
    const report: unknown = JSON.parse(inspected.stdout);
    expect(report).toMatchObject({ variants: LEVELS.map((level) => ({ level })) });
  });

  test.skipIf(Bun.which("bwrap") === null)(
    "runs alone in its root, read-only, as a user without rights, without /proc",
    () => {
      const { entrypoint, root } = image("amd64");
      const box = [
        "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--uid",
        "65532",
        "--gid",
        "65532",
        "--ro-bind",
        root,
        "/",
      ];
      const ran = run(workspace, [...box, ...entrypoint], { GOAMD64: "v1", MGODEBUG: "log" });
      expect(ran).toMatchObject({
        status: 0,
        stdout: "hello from /ko-app/hello on amd64, user 65532\n",
        stderr: "[mgo] launcher: starting variant GOAMD64=v1\n",
      });
    },
  );

  test.each(["arm", "arm64"] as const)("for linux/%s holds a bundle of its levels", (goarch) => {
    const file = `${image(goarch).root}/ko-app/hello`;
    expect(run(workspace, ["go", "version", "-m", file]).stdout).toContain(`GOARCH=${goarch}`);
    const report = JSON.parse(expectSuccess(run(workspace, ["mgo", "inspect", "--json", file], env)).stdout);
    expect(report).toMatchObject({ variants: defaultLevelsOf(goarch).map((level) => ({ level })) });
  });
});

test.skipIf(tools === undefined)("ko's cache tells direct bundles with one base apart", () => {
  const workspace = makeWorkspace({ ...exampleFiles("ko"), "cache/": "" });
  const env = {
    ...withMgo(workspace, tools ?? ""),
    ...SETTINGS,
    KOCACHE: join(workspace.folder, "cache"),
  };
  for (const level of ["v1", "v2"]) {
    const flags = { MGOFLAGS: `-mgo.elsewhere=go -mgo.layout=direct -mgo.levels=${level},v3` };
    const layout = `--oci-layout-path=../layout-${level}`;
    const command = ["ko", "build", "--push=false", "--platform=linux/amd64", layout];
    expectSuccess(run(workspace, command, { ...env, ...flags }));
  }
});

test("the page shows a part of its configuration as it is", () => {
  expect(partsOf("docs/ko.md", "yaml", "ko/.ko.yaml")).toEqual({ strange: [], all: 1 });
});

followPage("docs/ko.md", {
  files: exampleFiles("ko"),
  env: { PATH: tools ?? "", ...SETTINGS },
  skip: tools === undefined,
});
