/**
 * The packages that a build is about, as `go list` tells them.
 */

import { type Context, type RunResult, run } from "../system/process.ts";
import { flagsOf } from "./flag-table.ts";
import { type Arguments, chdirLength, wordsOf } from "./flags.ts";
import { readJsonObject } from "./json.ts";

export interface Package {
  /** The package clause's name, `main` for a program; empty if Go could not read the package. */
  readonly name: string;
  /** `command-line-arguments` for a package that is given as files. */
  readonly importPath: string;
  readonly goFiles: readonly string[];
  readonly cgoFiles: readonly string[];
  /** Where `go install` puts it: absolute unless GOBIN is not, empty if nowhere. */
  readonly target: string;
  /** Whether it belongs to Go itself. */
  readonly goroot: boolean;
  /** Whether Go found something wrong with it. */
  readonly broken: boolean;
}

/** The form in which packages leave Go's template: one JSON object for each. */
const FIELDS = "-json=Name,ImportPath,GoFiles,CgoFiles,Target,Goroot,Error";

/**
 * Lists the packages that the build's arguments name. Only they are looked at, not what they import (-find):
 * what is wrong further down is for the build to say.
 *
 * @param onStderrLine sees Go's progress ("go: downloading …") at once
 * @returns what Go said instead if it fails
 */
export async function listPackages(
  go: string,
  args: Arguments,
  context: Context,
  onStderrLine: (line: string) => boolean,
): Promise<readonly Package[] | RunResult> {
  const known = flagsOf("build");
  const flags = wordsOf(args.flags.filter(({ name }) => !known.get(name)?.isProcess));
  const chdir = chdirLength(flags);
  const command = [go, "list", ...flags.slice(0, chdir), "-e", "-find", FIELDS, ...flags.slice(chdir)];
  const result = await run([...command, ...args.packages], { ...context, onStderrLine });
  return result.status === 0 ? readPackages(result.stdout) : result;
}

/** `go list -json` prints objects one after the other, each ending in a line of its own. */
function readPackages(stdout: string): readonly Package[] {
  return stdout
    .split(/(?<=^\})\n/m)
    .filter((text) => text.trim() !== "")
    .map((text) => readPackage(readJsonObject(text, "go list")));
}

function readPackage(fields: Readonly<Record<string, unknown>>): Package {
  const text = (name: string): string => (typeof fields[name] === "string" ? fields[name] : "");
  const texts = (name: string): readonly string[] => {
    const list = fields[name];
    return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
  };
  return {
    name: text("Name"),
    importPath: text("ImportPath"),
    goFiles: texts("GoFiles"),
    cgoFiles: texts("CgoFiles"),
    target: text("Target"),
    goroot: fields.Goroot === true,
    broken: fields.Error !== undefined,
  };
}
