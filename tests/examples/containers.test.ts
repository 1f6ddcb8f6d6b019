/**
 * The Dockerfiles of examples/containers, built by buildah. Other images stand for their base images:
 * Debian's have the programs of this machine, Alpine's those of BusyBox, and `apk` only prints its arguments.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { defaultLevelsOf } from "../../src/levels/level.ts";
import { packMgo } from "../support/download.ts";
import { exampleFiles, partsOf } from "../support/examples.ts";
import { canBuild, machineFlags, makeBuildah } from "../support/images.ts";
import { expectSuccess, type Outcome } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const workspace = makeWorkspace(exampleFiles("containers"));
const buildah = makeBuildah(workspace);
const goroot = run(workspace, ["go", "env", "GOROOT"]).stdout.trim();
const LEVELS = ["v1", "v2", "v3", "v4"];

const home = dirname(workspace.folder);
const download = packMgo(home, "mgo-0.1.0-linux-x64");
let downloads = 0;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => {
    downloads++;
    return new Response(Bun.file(download.file));
  },
});
afterAll(async () => {
  await server.stop(true);
});

async function build(
  file: string,
  tag: string,
  folders: readonly string[],
  ...more: string[]
): Promise<Outcome> {
  return buildah.run(
    "build",
    ...machineFlags(workspace, folders),
    `--file=${file}`,
    `--tag=${tag}`,
    `--build-arg=MGO_URL=${server.url.href}`,
    `--build-arg=MGO_SHA256=${download.sha256}`,
    // BuildKit sets it; buildah 1.28 does not.
    "--build-arg=BUILDPLATFORM=linux/amd64",
    ...more,
    ".",
  );
}

describe.skipIf(!canBuild)("built by buildah, debian.Dockerfile", () => {
  beforeAll(async () => {
    const links = { bin: "usr/bin", lib: "usr/lib", lib64: "usr/lib64" };
    const files = { "usr/": "", "tmp/": "", "root/": "", "opt/": "" };
    await buildah.image("docker.io/library/golang:1.26-bookworm", { files, links });
    await buildah.image("docker.io/library/debian:bookworm-slim", { files, links });
  });

  test("gives an image with a bundle that runs in it", async () => {
    expectSuccess(await build("debian.Dockerfile", "debian", ["/usr"]));
    const root = await buildah.mount("debian");
    expectHello(root, "/usr/local/bin/hello");
    expect(run(workspace, ["ls", join(root, "usr/share/doc/hello")]).stdout).toBe("LICENSE.mgo\n");
    const { stdout } = await buildah.run("inspect", "--type=image", "debian");
    const image: unknown = JSON.parse(stdout);
    expect(image).toMatchObject({
      OCIv1: { config: { User: "65532:65532", Entrypoint: ["/usr/local/bin/hello"] } },
    });
  });

  test("stops at a download that is not the one which was chosen", async () => {
    const other = `--build-arg=MGO_SHA256=${"0".repeat(64)}`;
    const before = downloads;
    const outcome = await build("debian.Dockerfile", "none", ["/usr"], other);
    expect(outcome.status).not.toBe(0);
    // buildah may lose the last output of a step that fails. wget got the file, so the status is sha256sum's.
    expect(downloads).toBe(before + 1);
    expect(outcome.stderr).toMatch(/building at STEP "RUN .*sha256sum -c .*exit status 1/);
    expect((await buildah.run("inspect", "--type=image", "none")).status).not.toBe(0);
  });
});

describe.skipIf(!canBuild)("built by buildah, alpine.Dockerfile", () => {
  // This checkout's mgo needs glibc, Go's own programs nothing.
  const folders = [goroot, "/lib64", "/lib/x86_64-linux-gnu"];

  beforeAll(async () => {
    const applets = run(workspace, ["busybox", "--list"]).stdout.trim().split("\n");
    const others = applets.filter((name) => name !== "busybox");
    const contents = {
      files: { "bin/": "", "sbin/apk": '#!/bin/sh\necho "apk $*"\n', "tmp/": "", "root/": "", "opt/": "" },
      links: Object.fromEntries(others.map((name) => [`bin/${name}`, "busybox"])),
      copies: { "bin/busybox": Bun.which("busybox") ?? "" },
    };
    await buildah.image("docker.io/library/golang:1.26-alpine", contents);
    await buildah.image("docker.io/library/alpine:3.22", contents);
  });

  test("gives an image of the program alone", async () => {
    const built = expectSuccess(await build("alpine.Dockerfile", "alone", folders));
    expect(built.stdout + built.stderr).toContain("apk add --no-cache libstdc++\n");
    const root = await buildah.mount("alone");
    expect(run(workspace, ["ls", "-A", root]).stdout).toBe("LICENSE.mgo\nhello\n");
    expectHello(root, "/hello");
  });

  test("gives images for other platforms, with one bundle for all variants of linux/arm", async () => {
    for (const [platform, architecture] of [
      ["linux/arm/v6", "arm"],
      ["linux/arm64", "arm64"],
      ["linux/s390x", undefined],
    ] as const) {
      const tag = platform.replaceAll("/", "-");
      expectSuccess(await build("alpine.Dockerfile", tag, folders, `--platform=${platform}`));
      const file = join(await buildah.mount(tag), "hello");
      const inspected = run(workspace, [...MGO, "inspect", "--json", file]);
      if (architecture === undefined) {
        expect(inspected.stderr).toContain("its ELF header names another machine");
        expect(run(workspace, ["go", "version", "-m", file]).stdout).toContain("GOARCH=s390x");
      } else {
        const levels = defaultLevelsOf(architecture).map((level) => ({ level }));
        expect(JSON.parse(expectSuccess(inspected).stdout)).toMatchObject({ variants: levels });
      }
    }
  });

  test("gives one with a shell", async () => {
    expectSuccess(await build("alpine.Dockerfile", "shell", folders, "--target=alpine"));
    const root = await buildah.mount("shell");
    expectHello(root, "/usr/local/bin/hello");
    expect(run(workspace, ["ls", join(root, "bin", "sh")]).status).toBe(0);
  });
});

/** Starts it as a container with a read-only root and no rights would, and without /proc and /dev. */
function expectHello(root: string, program: string): void {
  const inspected = expectSuccess(run(workspace, [...MGO, "inspect", "--json", join(root, program)]));
  const report: unknown = JSON.parse(inspected.stdout);
  expect(report).toMatchObject({ variants: LEVELS.map((level) => ({ level })) });
  if (Bun.which("bwrap") === null) return;
  const box = "bwrap --unshare-all --die-with-parent --uid 65532 --gid 65532 --ro-bind".split(" ");
  const ran = run(workspace, [...box, root, "/", program], { GOAMD64: "v1", MGODEBUG: "log" });
  expect(ran).toMatchObject({
    status: 0,
    stdout: `hello from ${program} on amd64, user 65532\n`,
    stderr: "[mgo] launcher: starting variant GOAMD64=v1\n",
  });
}

test("the page shows parts of the Dockerfiles as they are", () => {
  expect(partsOf("docs/containers.md", "dockerfile", "containers/debian.Dockerfile")).toEqual({
    strange: [],
    all: 2,
  });
});
