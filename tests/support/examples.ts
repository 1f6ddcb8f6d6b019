/** The folders in examples/, as a reader would copy them, and an mgo that other tools find in PATH. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./folders.ts";
import { blocksOf } from "./pages.ts";
import { type Files, MGO_SCRIPT, type Workspace, writeFiles } from "./workspace.ts";

const EXAMPLES = join(ROOT, "examples");

/** The files of an example, for a workspace. */
export function exampleFiles(name: string): Files {
  const folder = join(EXAMPLES, name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")] as const),
  );
}

/**
 * Variables with a PATH that leads to a program `mgo` of this checkout, outside of the workspace's files.
 *
 * @param tools folders that come next
 */
export function withMgo(workspace: Workspace, ...tools: readonly string[]): Readonly<Record<string, string>> {
  const bin = join(dirname(workspace.folder), "bin");
  writeFiles(bin, { mgo: MGO_SCRIPT });
  return { PATH: [bin, ...tools, workspace.env.PATH].join(":") };
}

/**
 * Looks for the blocks of a page in the file of an example that they are parts of.
 *
 * @param language that the page's fences name
 * @param file in examples/
 * @returns the parts of that language that are not in the file as they are, and how many there are in all
 */
export function partsOf(page: string, language: string, file: string): { strange: string[]; all: number } {
  const text = readFileSync(join(EXAMPLES, file), "utf8");
  const parts = blocksOf(page).filter((block) => block.language === language);
  return {
    strange: parts.map((block) => block.text).filter((part) => !text.includes(part)),
    all: parts.length,
  };
}

/** Commands that make a repository of a workspace's files, always with the same commit, tagged v1.2.3. */
export const COMMIT = [
  "git init --quiet",
  "git remote add origin https://git.example/you/hello.git",
  "git add .",
  "export GIT_AUTHOR_DATE=2026-01-02T03:04:05Z GIT_COMMITTER_DATE=2026-01-02T03:04:05Z",
  "git -c user.name=You -c user.email=you@example.com commit --quiet --message=First",
  "git tag v1.2.3",
].join(" && ");
