/**
 * A build, resolved: what will be built, how, and where it lands. Nothing is done yet.
 */
import { stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { CgoSettings, GoEnv } from "../go/env.ts";
import { flagsOf } from "../go/flag-table.ts";
import { type Arguments, type Flag, isSet, lastValue, wordsOf } from "../go/flags.ts";
import type { Package } from "../go/list.ts";
import { defaultName } from "../go/name.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { installTarget } from "./install.ts";
import type { Options } from "./options.ts";

/** One bundle. */
export interface Output {
  readonly importPath: string;
  /** The executable's name, in the folder of each level's variants. */
  readonly name: string;
  /** As Go would name it in messages: the value of -o, or the default name. */
  readonly shown: string;
  /** Absolute. */
  readonly path: string;
}

/** What becomes of the build. */
export type Target =
  /** One main package becomes one bundle at a path. */
  | { readonly kind: "file"; readonly output: Output }
  /** Each main package becomes a bundle in a folder. */
  | { readonly kind: "directory"; readonly outputs: readonly Output[] }
  /** The same by `go install`, in the folder of its programs; libraries are compiled as well. */
  | {
      readonly kind: "installed";
      readonly outputs: readonly Output[];
      /** What `go build` may have left where no packages are named, which goes with that. */
      readonly leftover: string | undefined;
    }
  /** `go install package@version`: which programs there are shows when they are built. */
  | { readonly kind: "fetched"; readonly folder: string }
  /** `-o FILE` of a library: every level is built; the archive of the lowest one lands there, as Go makes it. */
  | { readonly kind: "archive" }
  /** A check that everything builds: several packages or a library without -o, or -o /dev/null. */
  | { readonly kind: "discard" }
  /** -n: Go prints the commands of each level. */
  | { readonly kind: "print" }
  /** Go would refuse this before it builds, and has the words for it. */
  | { readonly kind: "refused" };

/** The commands of Go that mgo makes bundles with. */
export type GoCommand = "build" | "install";

/** The flags that change what mgo prints, from the command line or GOFLAGS. */
export interface Verbosity {
  /** -n */
  readonly dryRun: boolean;
  /** -x */
  readonly commands: boolean;
  /** -v */
  readonly names: boolean;
  /** -work */
  readonly work: boolean;
  readonly json: boolean;
}

export interface Plan {
  readonly command: GoCommand;
  /** What the levels' flags for C compilers are added to; without, none are. */
  readonly cgo: CgoSettings | undefined;
  readonly options: Options;
  readonly go: GoEnv;
  readonly target: Target;
  readonly verbosity: Verbosity;
  /** Where Go runs. */
  readonly cwd: string;
  /** Go's flags as they were written, without -o. */
  readonly flags: readonly string[];
  /** -o as it was written, in all its repetitions. */
  readonly outputFlags: readonly string[];
  /** Of those, the ones that make another program. */
  readonly identity: readonly string[];
  /** With the `--` in front, if there was one. */
  readonly packages: readonly string[];
}

/**
 * Refuses what mgo cannot make a bundle of.
 *
 * @throws MgoError naming the setting
 */
export function checkTarget(go: GoEnv, flags: readonly Flag[]): void {
  if (!isOurs(go)) {
    throw new MgoError(`the target is ${go.goos}/${go.goarch}; mgo builds for linux/amd64`, {
      hint: "set GOOS=linux GOARCH=amd64, or pass -mgo.elsewhere=go to have plain go build do other targets",
    });
  }
  const mode = lastValue(flags, "buildmode") ?? "default";
  if (!["default", "exe", "pie"].includes(mode)) {
    throw new MgoError(`-buildmode=${mode} makes no executable; mgo builds with exe, pie or default`, {
      hint: "use go build for it",
    });
  }
  const compiler = lastValue(flags, "compiler") ?? "gc";
  if (compiler !== "gc")
    throw new MgoError(`-compiler=${compiler} has no GOAMD64 levels; mgo builds with gc`);
}

/** Whether the build is for the one target that has levels. */
export function isOurs(go: GoEnv): boolean {
  return go.goos === "linux" && go.goarch === "amd64";
}

export function readVerbosity(flags: readonly Flag[]): Verbosity {
  return {
    dryRun: isSet(flags, "n"),
    commands: isSet(flags, "x"),
    names: isSet(flags, "v"),
    work: isSet(flags, "work"),
    json: isSet(flags, "json"),
  };
}

/** GOFLAGS' flags beneath those of the command line: the last one counts. */
export function allFlags(go: GoEnv, args: Arguments): readonly Flag[] {
  return [...go.goflags, ...args.flags];
}

/** Where a build happens, and with what beside Go. */
export interface Place {
  /** Where Go is started; -C is among the flags, and `folder` is where it leads. */
  readonly cwd: string;
  readonly folder: string;
  readonly cgo: CgoSettings | undefined;
}

/**
 * Resolves a build, with Go's own rules of what becomes of it (cmd/go/internal/work/build.go, runBuild).
 *
 * @param packages what the arguments name
 */
export async function makePlan(
  command: GoCommand,
  options: Options,
  go: GoEnv,
  args: Arguments,
  packages: readonly Package[],
  place: Place,
): Promise<Plan> {
  const flags = allFlags(go, args);
  const verbosity = readVerbosity(flags);
  const table = flagsOf(command);
  const target =
    command === "install"
      ? installTarget(go, packages, args.packages, place.folder)
      : await findTarget(lastValue(flags, "o") ?? "", go, packages, place.folder);
  if (target.kind === "installed") checkNames(target.outputs);
  return {
    command,
    cgo: place.cgo,
    options,
    go,
    target: verbosity.dryRun && target.kind !== "refused" ? { kind: "print" } : target,
    verbosity,
    cwd: place.cwd,
    flags: wordsOf(args.flags.filter(({ name }) => name !== "o")),
    outputFlags: wordsOf(args.flags.filter(({ name }) => name === "o")),
    identity: wordsOf(args.flags.filter(({ name }) => !table.get(name)?.isProcess)),
    // Go removes what is left over as soon as one level is built, unless a package is named.
    packages:
      target.kind === "installed" && target.leftover !== undefined ? [...args.packages, "."] : args.packages,
  };
}

/**
 * The plan for all levels, of which each has one of its own, made from the packages that its build tags leave.
 *
 * @param plans in the order of levels
 * @returns one that Go refuses, if there is any: Go is then asked at every level
 * @throws MgoError if the levels would build different programs
 */
export function commonPlan(plans: ReadonlyMap<Level, Plan>): Plan {
  const [first, ...others] = plans;
  if (first === undefined) throw new Error("no levels");
  const refused = [...plans.values()].find(({ target }) => target.kind === "refused");
  if (refused !== undefined) return refused;
  for (const other of others) checkSame(first, other);
  return first[1];
}

function checkSame([lowest, plan]: readonly [Level, Plan], [level, other]: readonly [Level, Plan]): void {
  const [expected, found] = [programs(plan.target), programs(other.target)];
  const missing = expected.find((program) => !found.includes(program));
  const added = found.find((program) => !expected.includes(program));
  if (plan.target.kind === other.target.kind && missing === undefined && added === undefined) return;
  const [where, program] =
    missing !== undefined ? [lowest, missing] : [level, added ?? "another kind of package"];
  throw new MgoError(
    `GOAMD64=${lowest} and GOAMD64=${level} would not build the same: only ${where} builds ${program}`,
    { hint: "build tags such as amd64.v3 must leave every level the same programs" },
  );
}

/** What must be the same at all levels: in a folder it is Go that names the programs. */
function programs(target: Target): readonly string[] {
  switch (target.kind) {
    case "file":
      return [target.output.importPath];
    case "directory":
    case "installed":
      return target.outputs.map(({ importPath, name }) => `${importPath} as ${name}`);
    default:
      return [];
  }
}

/** @param o the value of -o; Go takes an empty one for none */
async function findTarget(
  o: string,
  go: GoEnv,
  packages: readonly Package[],
  folder: string,
): Promise<Target> {
  if (packages.some(({ broken }) => broken)) return { kind: "refused" };
  const [only] = packages;
  const output =
    o === "" && packages.length === 1 && only?.name === "main" ? defaultName(only, go.modules) : o;
  if (output === "" || output === "/dev/null") return { kind: "discard" };

  // A pattern such as ./... also matches folders that hold nothing but tests; Go leaves them out.
  const built = packages.filter(
    (pkg) => pkg.goFiles.length + pkg.cgoFiles.length > 0 || packages.length === 1,
  );
  if (output.endsWith("/") || (await isDirectory(absolute(folder, output)))) {
    const mains = built.filter(({ name }) => name === "main");
    if (o === "" || mains.length === 0) return { kind: "refused" };
    const outputs = mains.map((pkg) => outputIn(folder, output, pkg, go));
    checkNames(outputs);
    return { kind: "directory", outputs };
  }
  const [pkg] = built;
  if (pkg === undefined || built.length > 1) return { kind: "refused" };
  if (pkg.name !== "main") return { kind: "archive" };
  const name = output.slice(output.lastIndexOf("/") + 1);
  return {
    kind: "file",
    output: { importPath: pkg.importPath, name, shown: output, path: absolute(folder, output) },
  };
}

function outputIn(folder: string, directory: string, pkg: Package, go: GoEnv): Output {
  const name = defaultName(pkg, go.modules);
  const path = absolute(folder, `${directory}/${name}`);
  return { importPath: pkg.importPath, name, shown: join(directory, name), path };
}

/** Go lets the last one win; which one that is may differ from level to level. */
function checkNames(outputs: readonly Output[]): void {
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
