/**
 * Dockerfiles built by buildah, where no registry can be reached: images that stand for the ones which they begin with,
 * made of this machine's own programs.
 */
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./folders.ts";
import { expectSuccess, type Outcome } from "./run.ts";
import { type Files, type Workspace, writeFiles } from "./workspace.ts";

/** What an image is made of, by path. */
export interface Contents {
  readonly files: Files;
  /** Where symbolic links lead to. */
  readonly links: Readonly<Record<string, string>>;
  /** Files of this machine that are copied. */
  readonly copies?: Readonly<Record<string, string>>;
}

/** Buildah with a storage of its own, in a workspace. */
export interface Buildah {
  /** Runs a command of buildah's in the workspace's folder. The test's own servers answer meanwhile. */
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
    const child = Bun.spawn(["buildah", ...global, ...words], {
      cwd: workspace.folder,
      env: workspace.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, status] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
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

/** In every image: Go's cache is this machine's, as `machineFlags` mounts it, and settings are those of other tests. */
const ENVIRONMENT = `ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV GOCACHE=/machine/go-build GOPROXY=off GOTOOLCHAIN=local MGOFLAGS=-mgo.compress=fast
`;
