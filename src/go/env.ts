/** Go itself: the program, and its version and settings in the folder of a build. */
import { type Architecture, isArchitecture } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { type Context, findProgram, type RunResult, run } from "../system/process.ts";
import { type Flag, parseFlagWords } from "./flags.ts";
import { notGo, readJsonObject } from "./json.ts";
import { splitQuoted } from "./quoted.ts";

/** The oldest Go that mgo works with: the first with -C. */
const OLDEST = { major: 1, minor: 20 };

const VARIABLES = [
  ...["GOVERSION", "GOOS", "GOARCH", "GOHOSTOS", "GOHOSTARCH", "GOFLAGS", "GOMOD"],
  ...["GOTMPDIR", "GOCACHE", "GOBIN", "GOPATH", "GOMODCACHE", "GOENV"],
] as const;

/** The settings in the folder where a build runs, after Go has switched its toolchain. */
export interface GoEnv {
  /** The `go` program's path. */
  readonly go: string;
  /** As in `go1.26.8`. */
  readonly version: string;
  readonly goos: string;
  readonly goarch: string;
  /** GOFLAGS, also as `go env -w` set it: defaults beneath the command line. */
  readonly goflags: readonly Flag[];
  /** Whether Go works in module mode. */
  readonly modules: boolean;
  /** The folder for Go's temporary folder; empty for the system's place. */
  readonly gotmpdir: string;
  /** The folder where Go keeps what it has compiled. */
  readonly gocache: string;
  /** Other variables, as the environment, `go env -w` or Go's defaults have them. */
  readonly settings: Readonly<Record<(typeof VARIABLES)[number], string>>;
}

/**
 * Finds Go.
 *
 * @throws MgoError when PATH has none
 */
export function findGo(context: Pick<Context, "env" | "cwd">): string {
  const go = findProgram("go", context.env, context);
  if (go !== undefined) return go;
  throw new MgoError("there is no go program in PATH", {
    hint: "install Go from https://go.dev/dl/, or add it to PATH",
  });
}

/**
 * Asks Go about the build's folder.
 *
 * @param chdir the build's `-C` flag as it was written, if it has one
 * @param onStderrLine sees Go's progress ("go: downloading go1.27 …") at once
 * @returns Go's words if it fails, for example about a folder that does not exist
 * @throws MgoError when Go is too old
 */
export async function readGoEnv(
  chdir: readonly string[],
  context: Context,
  onStderrLine: (line: string) => boolean,
): Promise<GoEnv | RunResult> {
  const go = findGo(context);
  const answer = await readVariables(go, chdir, VARIABLES, { ...context, onStderrLine });
  if ("status" in answer) {
    // An older Go is told by its version, not by what it thinks of -C.
    const version = await run([go, "env", "GOVERSION"], context);
    if (version.status === 0) checkVersion(version.stdout.trim(), go);
    return answer;
  }
  const { values: settings } = answer;
  checkVersion(settings.GOVERSION, go);
  if (settings.GOOS === "" || settings.GOARCH === "") throw notGo("go env");
  return {
    go,
    version: settings.GOVERSION,
    goos: settings.GOOS,
    goarch: settings.GOARCH,
    goflags: parseFlagWords(splitQuoted(settings.GOFLAGS) ?? []),
    modules: settings.GOMOD !== "",
    gotmpdir: settings.GOTMPDIR,
    gocache: settings.GOCACHE,
    settings,
  };
}

/**
 * Reads variables of `go env`.
 *
 * @returns Go's words if it fails
 * @throws MgoError if it prints something else
 */
export async function readVariables<Name extends string>(
  go: string,
  chdir: readonly string[],
  names: readonly Name[],
  options: Parameters<typeof run>[1],
): Promise<{ readonly values: Readonly<Record<Name, string>> } | RunResult> {
  const result = await run([go, "env", ...chdir, "-json", ...names], options);
  if (result.status !== 0) return result;
  const found = readJsonObject(result.stdout, "go env");
  const entries = names.map((name) => [name, typeof found[name] === "string" ? found[name] : ""]);
  // Object.fromEntries cannot tell that it is given all names.
  return { values: Object.fromEntries(entries) as Record<Name, string> };
}

/** Returns the target's architecture; undefined for a target that has no levels. */
export function architectureOfTarget({
  goos,
  goarch,
}: Pick<GoEnv, "goos" | "goarch">): Architecture | undefined {
  return goos === "linux" && isArchitecture(goarch) ? goarch : undefined;
}

/** Finds the `1.26` in `go1.26.8`, `go1.27-devel_4c2…` or `devel go1.27-4c2… X:rangefunc`. */
export function parseVersion(
  version: string,
): { readonly major: number; readonly minor: number } | undefined {
  const match = /\bgo(\d+)\.(\d+)/.exec(version);
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) };
}

/** A version without a number, as `devel` alone, passes. */
function checkVersion(version: string, go: string): void {
  const { major, minor } = parseVersion(version) ?? OLDEST;
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw new MgoError(`${go} is ${version}; mgo needs Go ${OLDEST.major}.${OLDEST.minor} or newer`, {
    hint: "install a newer Go from https://go.dev/dl/",
  });
}
