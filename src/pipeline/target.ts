/** The target of a build: which programs it makes, and where their bundles go. */
import { stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { Package } from "../go/list.ts";
import { defaultName } from "../go/name.ts";
import { assignment, type Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";

/** One bundle. */
export interface Output {
  readonly importPath: string;
  /** The executable's name, in the folder of each level's variants. */
  readonly name: string;
  /** Go's name for it in messages: the value of -o, or the default name. */
  readonly shown: string;
  /** Absolute. */
  readonly path: string;
}

export type Target =
  /** One main package becomes one bundle at a path. */
  | { readonly kind: "file"; readonly outputs: readonly [Output] }
  /** Each main package becomes a bundle in a folder. */
  | { readonly kind: "directory"; readonly outputs: readonly Output[] }
  /** The same by `go install`, in the folder of its programs; libraries are compiled as well. */
  | {
      readonly kind: "installed";
      readonly outputs: readonly Output[];
      /** A program that `go build` may have left; it is removed where no packages are named. */
      readonly leftover: string | undefined;
      /** Whether Go installs libraries as archives, as in GOPATH mode: those of the lowest level. */
      readonly hasArchives: boolean;
    }
  /** `go install package@version`: only the finished build shows which programs there are. */
  | { readonly kind: "module-version"; readonly folder: string }
  /**
   * `-o FILE` of a library: every level is built; the archive of the lowest one lands there, as Go makes it.
   */
  | { readonly kind: "archive" }
  /** A check that everything builds: several packages or a library without -o, or -o /dev/null. */
  | { readonly kind: "discard" }
  /** -n: Go prints the commands of each level; with its programs redirected where it would refuse GOBIN. */
  | { readonly kind: "print"; readonly isRedirected: boolean }
  /** Go would refuse this before it builds, and has the words for it. */
  | { readonly kind: "refused" };

/** The bundles that are known before anything is built. */
export function outputsOf(target: Target): readonly Output[] {
  return "outputs" in target ? target.outputs : [];
}

/** The folders where bundles land. */
export function foldersOf(target: Target): readonly string[] {
  if (target.kind === "module-version") return [target.folder];
  return [...new Set(outputsOf(target).map(({ path }) => dirname(path)))];
}

/**
 * Resolves `go build`, by Go's own rules (cmd/go/internal/work/build.go, runBuild).
 *
 * @param o the value of -o; Go takes an empty one for none
 * @param packages those that the arguments name
 * @param modules whether Go works in module mode
 * @param folder where Go runs
 * @throws MgoError for two programs of one name
 */
export async function buildTarget(
  o: string,
  packages: readonly Package[],
  modules: boolean,
  folder: string,
): Promise<Target> {
  if (packages.some(({ broken }) => broken)) return { kind: "refused" };
  const [only] = packages;
  const output = o === "" && packages.length === 1 && only?.name === "main" ? defaultName(only, modules) : o;
  if (output === "" || output === "/dev/null") return { kind: "discard" };

  // A pattern such as ./... also matches folders that hold nothing but tests; Go leaves them out.
  const built = packages.filter((pkg) => hasSources(pkg) || packages.length === 1);
  if (output.endsWith("/") || (await isDirectory(absolute(folder, output)))) {
    const mains = built.filter(({ name }) => name === "main");
    if (o === "" || mains.length === 0) return { kind: "refused" };
    const outputs = mains.map((pkg): Output => {
      const name = defaultName(pkg, modules);
      const path = absolute(folder, `${output}/${name}`);
      return { importPath: pkg.importPath, name, shown: join(output, name), path };
    });
    checkNames(outputs);
    return { kind: "directory", outputs };
  }
  const [pkg] = built;
  if (pkg === undefined || built.length > 1) return { kind: "refused" };
  if (pkg.name !== "main") return { kind: "archive" };
  const name = output.slice(output.lastIndexOf("/") + 1);
  const path = absolute(folder, output);
  return { kind: "file", outputs: [{ importPath: pkg.importPath, name, shown: output, path }] };
}

export function hasSources({ goFiles, cgoFiles }: Package): boolean {
  return goFiles.length + cgoFiles.length > 0;
}

/**
 * Refuses two programs of one name: Go lets the last one win, and which one that is may differ from level to
 * level.
 *
 * @throws MgoError naming them
 */
export function checkNames(outputs: readonly Output[]): void {
  for (const [index, { name, importPath }] of outputs.entries()) {
    const other = outputs.slice(0, index).find((earlier) => earlier.name === name);
    if (other === undefined) continue;
    throw new MgoError(`${other.importPath} and ${importPath} would both be written to ${name}`);
  }
}

/** The kernel resolves `link/../x`, not mgo: the parts are joined as they are. */
function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : `${folder}/${path}`;
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/**
 * Joins the targets of the levels, each of which is made from the packages that its build tags leave.
 *
 * @param targets in the order of levels
 * @returns a refused one if there is any: Go is then asked at every level
 * @throws MgoError if the levels would build different programs
 */
export function commonTarget(targets: ReadonlyMap<Level, Target>): Target {
  const [lowest, ...others] = targets;
  if (lowest === undefined) throw new Error("no levels");
  const refused = [...targets.values()].find(({ kind }) => kind === "refused");
  if (refused !== undefined) return refused;
  for (const other of others) checkSame(lowest, other);
  return lowest[1];
}

function checkSame(
  [lowest, target]: readonly [Level, Target],
  [level, other]: readonly [Level, Target],
): void {
  const [expected, found] = [programsOf(target), programsOf(other)];
  const missing = expected.find((program) => !found.includes(program));
  const added = found.find((program) => !expected.includes(program));
  if (target.kind === other.kind && missing === undefined && added === undefined) return;
  const [where, program] =
    missing !== undefined ? [lowest, missing] : [level, added ?? "another kind of package"];
  throw new MgoError(
    `${assignment(lowest)} and ${assignment(level)} would not build the same: ` +
      `only ${where} builds ${program}`,
    { hint: "build tags such as amd64.v3 must leave every level the same programs" },
  );
}

/** The programs that must be the same at all levels; in a folder it is Go that names them. */
function programsOf(target: Target): readonly string[] {
  return outputsOf(target).map(({ importPath, name }) =>
    target.kind === "file" ? importPath : `${importPath} as ${name}`,
  );
}
