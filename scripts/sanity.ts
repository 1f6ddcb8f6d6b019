/**
 * `npm run sanity [-- FOLDER PACKAGE]`: checks that the same inputs give the same bytes.
 *
 * Makes mgo, the npm package and one download in two folders, then bundles a program (examples/yq, or PACKAGE
 * as FOLDER has it) three times: in different folders, with one job and with two, by `npx mgo` and by the
 * compiled mgo, each with an empty cache of mgo's own. Ends with status 1 if any two differ.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { $, listFiles, root, runScript } from "./script.ts";
import { withTemporary } from "./temporary.ts";

await runScript(import.meta.path, {}, async ({ positionals }) => {
  const [source = join(root, "examples", "yq"), target = "github.com/mikefarah/yq/v4"] = positionals;
  await withTemporary("sanity", async (work) => {
    const outputs = [await release(root, work, "one"), await release(await copyCheckout(work), work, "two")];
    for (const name of await readdir(outputs[0] ?? "")) {
      await compare(
        name,
        outputs.map((folder) => join(folder, name)),
      );
    }
    const npx = ["npx", "--prefix", root, "mgo"];
    const bundle = (name: string, mgo: readonly string[], jobs: number): Promise<string> =>
      makeBundle({ source, target, folder: join(work, name), mgo, jobs });
    await compare("bundle", [
      await bundle("by npx", npx, 1),
      await bundle("by npx again", npx, 2),
      await bundle("by mgo", [join(outputs[0] ?? "", "mgo")], 2),
    ]);
  });
});

/** Makes mgo, the npm package and one download. @returns the folder that they are in */
async function release(checkout: string, work: string, name: string): Promise<string> {
  const output = join(work, `release ${name}`);
  const run = $({ cwd: checkout });
  await run`node scripts/bun.js scripts/release.ts --output ${output} npm linux-x64`;
  await run`node scripts/bun.js scripts/build.ts ${output}/mgo`;
  return output;
}

/** Makes a second checkout: what git knows of this one, with the same packages from npm. */
async function copyCheckout(work: string): Promise<string> {
  const folder = join(work, "another folder");
  for (const file of await listFiles()) await cp(join(root, file), join(folder, file));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

interface Making {
  readonly source: string;
  readonly target: string;
  readonly folder: string;
  readonly mgo: readonly string[];
  readonly jobs: number;
}

async function makeBundle({ source, target, folder, mgo, jobs }: Making): Promise<string> {
  await cp(source, folder, { recursive: true });
  await mkdir(join(folder, "out"));
  const env = { ...process.env, MGOCACHE: `${folder}.cache` };
  const flags = ["-trimpath", "-ldflags=-s -w", `-mgo.jobs=${jobs}`, "-o", "out/program"];
  await $({ cwd: folder, env })`${mgo} build ${flags} ${target}`;
  return join(folder, "out", "program");
}

/** Prints the hashes of files that should be the same, and sets the exit status if they are not. */
async function compare(what: string, files: readonly string[]): Promise<void> {
  const hashes: string[] = [];
  for (const file of files) {
    const hash = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    hashes.push(hash);
    process.stdout.write(`${hash}  ${file}\n`);
  }
  const same = new Set(hashes).size === 1;
  process.stdout.write(`${what}: ${same ? "same bytes" : "DIFFERENT BYTES"}, ${files.length} times\n`);
  if (!same) process.exitCode = 1;
}
