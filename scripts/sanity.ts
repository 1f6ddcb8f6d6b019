/**
 * `npm run sanity`: the same inputs give the same bytes.
 *
 * Compiles mgo and makes two of its downloads in two folders, then bundles a program three times: in different folders, with one job and
 * with two, by `npx mgo` and by the compiled mgo, each with an empty cache of mgo's own. Ends with status 1
 * where any two differ.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dir);
const source = process.argv[2] ?? join(root, "examples", "yq");
const target = process.argv[3] ?? "github.com/mikefarah/yq/v4";

const work = await mkdtemp(join(tmpdir(), "mgo-sanity-"));
try {
  const folders = [root, await copyCheckout()];
  const compiled: string[] = [];
  const releases: string[] = [];
  for (const [index, folder] of folders.entries()) {
    compiled.push(await compileIn(folder));
    releases.push(await releaseIn(folder, join(work, `release-${index}`)));
  }
  let here = await same("dist/mgo", compiled);
  for (const name of await readdir(releases[0] ?? "")) {
    const files = releases.map((release) => join(release, name));
    here = (await same(name, files)) && here;
  }
  const [mgo = ""] = compiled;
  const bundles = [
    await bundle("one", ["npx", "--prefix", root, "mgo"], 1),
    await bundle("two", ["npx", "--prefix", root, "mgo"], 2),
    await bundle("three", [mgo], 2),
  ];
  process.exitCode = (await same("bundle", bundles)) && here ? 0 : 1;
} finally {
  await rm(work, { recursive: true, force: true });
}

async function compileIn(folder: string): Promise<string> {
  await run(["node", "scripts/bun.js", "scripts/build.ts"], folder, {});
  return join(folder, "dist", "mgo");
}

/** The npm package and one download. */
async function releaseIn(folder: string, output: string): Promise<string> {
  await run(
    ["node", "scripts/bun.js", "scripts/release.ts", "--output", output, "npm", "linux-x64"],
    folder,
    {},
  );
  return output;
}

/** A second checkout: what git knows of this one, with the same packages from npm. */
async function copyCheckout(): Promise<string> {
  const folder = join(work, "another folder");
  const files = await run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], root, {});
  for (const file of files.split("\0").filter((name) => name !== "")) {
    await cp(join(root, file), join(folder, file), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function bundle(name: string, command: readonly string[], jobs: number): Promise<string> {
  const folder = join(work, name);
  await cp(source, folder, { recursive: true });
  await mkdir(join(folder, "out"));
  const flags = ["-trimpath", "-ldflags=-s -w", `-mgo.jobs=${jobs}`, "-o", "out/program"];
  await run([...command, "build", ...flags, target], folder, { MGOCACHE: join(work, `cache-${name}`) });
  return join(folder, "out", "program");
}

async function same(what: string, files: readonly string[]): Promise<boolean> {
  const hashes: string[] = [];
  for (const file of files) {
    const hash = createHash("sha256")
      .update(await Bun.file(file).bytes())
      .digest("hex");
    hashes.push(hash);
    process.stdout.write(`${hash}  ${file}\n`);
  }
  const equal = new Set(hashes).size === 1;
  process.stdout.write(`${what}: ${equal ? "same bytes" : "DIFFERENT BYTES"}, ${files.length} times\n`);
  return equal;
}

async function run(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, status] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  if (status !== 0) throw new Error(`status ${status}: ${command.join(" ")}`);
  return output;
}
