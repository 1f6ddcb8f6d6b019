/**
 * Dockerfiles built by buildah without a registry: images made of this machine's own programs stand for those
 * that they begin with.
 */
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run as runProgram } from "../../src/system/process.ts";
import { ROOT } from "./folders.ts";
import { expectSuccess, type Outcome } from "./run.ts";
import { type Files, type Workspace, writeFiles } from "./workspace.ts";

/** Contents of an image, by path. */
export interface Contents {
  readonly files: Files;
  /** Targets of symbolic links. */
  readonly links: Readonly<Record<string, string>>;
  /** Files of this machine that are copied. */
  readonly copies?: Readonly<Record<string, string>>;
}

/** Buildah with a storage of its own, in a workspace. */
export interface Buildah {
  /** Runs a command of buildah's in the workspace's folder, while the test's own servers answer. */
  readonly run: (...words: readonly string[]) => Promise<Outcome>;
  readonly image: (name: string, contents: Contents) => Promise<void>;
  /** An image's root, mounted. */
  readonly mount: (name: string) => Promise<string>;
}

/** Whether images can be built here. */
export const canBuild =
  Bun.which("buildah") !== null && process.getuid?.() === 0 && Bun.which("busybox") !== null;

export function makeBuildah(workspace: Workspace): Buildah {
  const storage = join(dirname(workspace.folder), "storage");
  const global = ["--root", join(storage, "root"), "--runroot", join(storage, "run"), "--storage-driver=vfs"];
  const start = async (...words: readonly string[]): Promise<Outcome> => {
    const place = { cwd: workspace.folder, env: workspace.env, signal: new AbortController().signal };
    const { status = null, stdout, stderr } = await runProgram(["buildah", ...global, ...words], place);
    return { status, signal: undefined, stdout, stderr };
  };
  const print = async (...words: readonly string[]): Promise<string> =>
    expectSuccess(await start(...words)).stdout.trim();
  return {
    run: start,
    async image(name, { files, links, copies = {} }) {
      const folder = join(storage, name.replaceAll(/\W/g, "-"));
      mkdirSync(folder, { recursive: true });
      writeFiles(folder, files);
      for (const [link, target] of Object.entries(links)) symlinkSync(target, join(folder, link));
      for (const [copy, source] of Object.entries(copies)) copyFileSync(source, join(folder, copy));
      writeFileSync(`${folder}.Dockerfile`, `FROM scratch\nCOPY . /\n${ENVIRONMENT}`);
      await print(
        "build",
        "--quiet",
        "--isolation=chroot",
        `--file=${folder}.Dockerfile`,
        `--tag=${name}`,
        folder,
      );
    },
    async mount(name) {
      return print("mount", await print("from", "--pull-never", name));
    },
  };
}

/** Flags for a build whose commands run with this machine's programs, Go and checkout of mgo. */
export function machineFlags(workspace: Workspace, folders: readonly string[]): readonly string[] {
  const volumes = [...folders, ROOT].map((folder) => `--volume=${folder}:${folder}:ro`);
  return [
    "--pull-never",
    "--isolation=chroot",
    "--network=host",
    ...volumes,
    `--volume=${workspace.env.GOCACHE}:/machine/go-build`,
  ];
}

/** Variables of every image: this machine's Go cache, as `machineFlags` mounts it, and tests' settings. */
const ENVIRONMENT = `ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV GOCACHE=/machine/go-build GOPROXY=off GOTOOLCHAIN=local MGOFLAGS=-mgo.compress=fast
`;
