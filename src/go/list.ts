/** The packages that a build names, as `go list` tells them. */
import { type Context, type RunResult, run } from "../system/process.ts";
import { findGo } from "./env.ts";
import { flagsOf } from "./flag-table.ts";
import { type Arguments, chdirLength, wordsOf } from "./flags.ts";
import { readJsonObject } from "./json.ts";

export interface Package {
  /** The package clause's name, `main` for a program; empty if Go could not read the package. */
  readonly name: string;
  /** `command-line-arguments` for a package given as files. */
  readonly importPath: string;
  readonly goFiles: readonly string[];
  readonly cgoFiles: readonly string[];
  /** The path that `go install` gives it: absolute unless GOBIN is not; empty for none. */
  readonly target: string;
  /** Whether it belongs to Go itself. */
  readonly goroot: boolean;
  /** Whether Go found something wrong with it. */
  readonly broken: boolean;
}

/** Has `go list` print one JSON object for each package. */
const FIELDS = "-json=Name,ImportPath,GoFiles,CgoFiles,Target,Goroot,Error";

/**
 * Lists the packages that the build's arguments name, without those that they import (-find): the build
 * itself says what is wrong with those.
 *
 * @param onStderrLine sees Go's progress ("go: downloading …") at once
 * @returns Go's words instead if it fails
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

/**
 * Returns whether Go finds a package of this name.
 *
 * @param chdir the `-C` flag as it was written; empty without one
 */
export async function isPackage(name: string, chdir: readonly string[], context: Context): Promise<boolean> {
  const { status } = await run([findGo(context), "list", ...chdir, "-find", name], context);
  return status === 0;
}

/** Splits the output of `go list -json`: each object ends in a line of its own. */
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
