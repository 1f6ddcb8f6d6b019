/** Gives the same arguments to `go build` and to mgo, each in a fresh copy of the same files. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expectSuccess, type Outcome } from "./run.ts";
import { type Files, listFiles, MGO, makeWorkspace, run, type Workspace } from "./workspace.ts";

export interface Case {
  readonly files: Files;
  /** Words behind `go build`, or behind the command. */
  readonly args: readonly string[];
  /** Another command than `build`. */
  readonly command?: string;
  /** `$DIR` is the files' folder. */
  readonly env?: Readonly<Record<string, string>>;
  /** The working directory, from the files' folder. */
  readonly folder?: string;
  /** A command that runs the one which follows it. */
  readonly wrapper?: readonly string[];
  /** Commands that prepare the files, run in their folder. */
  readonly prepare?: readonly (readonly string[])[];
  /** Whether the build's tools leave programs that are not its output: each level has its own. */
  readonly litter?: boolean;
}

/** Traces of one of the two, to be compared. */
export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Type, mode and path of every file. */
  readonly files: readonly string[];
  /** Output of each new executable, by its path. */
  readonly printed: Readonly<Record<string, string>>;
}

/** Enough for mgo to have builds to compare and a bundle to make; other tests have all four. */
const TWO_LEVELS = "-mgo.compress=fast -mgo.levels=v1,v3";

/** Runs both, mgo for two levels. */
export function runBoth(test: Case): {
  readonly go: Result;
  readonly mgo: Result;
  readonly workspace: Workspace;
} {
  const go = makeWorkspace(test.files);
  const mgo = makeWorkspace(test.files);
  const results = [
    { workspace: go, command: ["go", test.command ?? "build"] },
    { workspace: mgo, command: test.command === undefined ? MGO : [...MGO, test.command] },
  ].map(({ workspace, command }) => {
    for (const step of test.prepare ?? []) expectSuccess(run(workspace, step));
    const env = Object.entries(test.env ?? {}).map(([name, value]) => [
      name,
      value.replaceAll("$DIR", workspace.folder),
    ]);
    const before = new Map(executables(workspace.folder));
    const outcome = run(
      workspace,
      [...(test.wrapper ?? []), ...command, ...test.args],
      { MGOFLAGS: TWO_LEVELS, ...Object.fromEntries(env) },
      test.folder,
    );
    return describe(workspace, outcome, test.litter ? undefined : before);
  });
  const [first, second] = results;
  if (first === undefined || second === undefined) throw new Error("unreachable");
  return { go: first, mgo: second, workspace: mgo };
}

/** Takes out names of folders, which differ from run to run, and the lines that mgo adds with -v. */
export function normalise(text: string, workspace: Workspace): string {
  return text
    .replaceAll(workspace.folder, "$DIR")
    .replaceAll(workspace.temporary, "$TMP")
    .replaceAll(/[^\s"'=]*\/go-build\d+/g, "$WORK")
    .replaceAll(/^mgo: (?:v\d built in|.* one plain build of|.* (?:changes|os\.Executable)[ ,]).*\n/gm, "");
}

function describe(
  workspace: Workspace,
  outcome: Outcome,
  before: ReadonlyMap<string, string> | undefined,
): Result {
  const printed = executables(workspace.folder)
    .filter(([path, stamp]) => before !== undefined && before.get(path) !== stamp)
    .map(([path]) => {
      // Plain `go build` builds for v1.
      const child = run(workspace, [join(workspace.folder, path)], { GOAMD64: "v1" });
      return [path, `${child.stdout}${child.stderr}${child.status}`];
    });
  return {
    status: outcome.status,
    stdout: normalise(outcome.stdout, workspace),
    stderr: normalise(outcome.stderr, workspace),
    files: listFiles(workspace.folder),
    printed: Object.fromEntries(printed),
  };
}

/** ELF executables below a folder, each with a stamp that tells whether it was written again. */
function executables(folder: string): readonly (readonly [string, string])[] {
  return listFiles(folder)
    .filter((line) => !line.startsWith("d"))
    .map((line) => line.slice(line.indexOf(" ") + 1))
    .filter((path) => isExecutable(join(folder, path)))
    .map((path) => {
      const { ino, mtimeMs } = statSync(join(folder, path));
      return [path, `${ino} ${mtimeMs}`] as const;
    });
}

function isExecutable(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return (
    found?.isFile() === true &&
    (found.mode & 0o100) !== 0 &&
    readFileSync(file).subarray(1, 4).toString() === "ELF"
  );
}
