/**
 * Folders with Go modules, and `go` and mgo at work there. Each workspace has its own temporary folder
 * and mgo cache, so that a test can see what a run leaves behind.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, scratch } from "./folders.ts";
import { type Outcome, runProgram } from "./run.ts";

/**
 * The command that starts mgo from this checkout; Bun takes the `--` for its own. MGO_TESTED is another mgo
 * to test, in words with blanks between them: that of the npm package under some Node, for example.
 */
export const MGO: readonly string[] = process.env.MGO_TESTED?.split(" ") ?? [
  process.execPath,
  "--no-env-file",
  join(ROOT, "src", "cli", "main.ts"),
  "--",
];

/** A program that starts this checkout's mgo. */
export const MGO_SCRIPT = `#!/bin/sh\nexec ${MGO.map((word) => `'${word}'`).join(" ")} "$@"\n`;

/** Contents by path. A path that ends in a slash is a folder, contents that start with #! an executable. */
export type Files = Readonly<Record<string, string>>;

export interface Workspace {
  /** Holds the files; programs run there. */
  readonly folder: string;
  /** Empty, unless a run has left something in it. */
  readonly temporary: string;
  readonly cache: string;
  readonly env: Readonly<Record<string, string>>;
}

let count = 0;

/** Makes a workspace with these files. */
export function makeWorkspace(files: Files = {}): Workspace {
  const home = join(scratch, `${count++}`);
  const places = { folder: join(home, "work"), temporary: join(home, "tmp"), cache: join(home, "cache") };
  for (const place of Object.values(places)) mkdirSync(place, { recursive: true });
  writeFiles(places.folder, files);
  const env = { ...goEnvironment(), TMPDIR: places.temporary, MGOCACHE: places.cache };
  return { ...places, env };
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(path.endsWith("/") ? file : dirname(file), { recursive: true });
    if (path.endsWith("/")) continue;
    writeFileSync(file, text);
    if (text.startsWith("#!")) chmodSync(file, 0o755);
  }
}

/** Runs a program in a workspace. */
export function run(
  workspace: Workspace,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  folder = ".",
): Outcome {
  return runProgram(command, { ...workspace.env, ...env }, { cwd: join(workspace.folder, folder) });
}

/** Lists every file below a folder but git's own, with its type and mode, sorted. */
export function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !/^\.git(\/|$)/.test(path))
    .map((path) => {
      const found = lstatSync(join(folder, path));
      const type = found.isDirectory() ? "d" : found.isSymbolicLink() ? "l" : "-";
      return `${type}${(found.mode & 0o777).toString(8)} ${path}`;
    })
    .toSorted((a, b) => (a.slice(5) < b.slice(5) ? -1 : 1));
}

let environment: Readonly<Record<string, string>> | undefined;

/** The caches and programs of this machine, and none of its user's settings. */
function goEnvironment(): Readonly<Record<string, string>> {
  if (environment !== undefined) return environment;
  const names = ["GOCACHE", "GOMODCACHE", "GOPATH"];
  const asked = runProgram(["go", "env", ...names], process.env)
    .stdout.trim()
    .split("\n");
  const folders = Object.fromEntries(names.map((name, index) => [name, asked[index] ?? ""]));
  environment = {
    ...folders,
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "",
    GOENV: "off",
    GOTOOLCHAIN: "local",
    GOPROXY: "off",
    GIT_CONFIG_GLOBAL: "/dev/null",
    MGOFLAGS: "-mgo.compress=fast",
  };
  return environment;
}
