/**
 * Go itself: where it is, which version it is in the module's folder, and what it would build for.
 */
import { resolve } from "node:path";
import { MgoError } from "../system/error.ts";
import { type Context, findProgram, type RunResult, run } from "../system/process.ts";
import { type Flag, parseFlagWords } from "./flags.ts";
import { notGo, readJsonObject } from "./json.ts";
import { splitQuoted } from "./quoted.ts";

/** The oldest Go that mgo works with. */
const OLDEST = { major: 1, minor: 20 };

/** Settings that few have to know of, under the names that Go gives them. */
const SETTINGS = ["GOBIN", "GOPATH", "GOMODCACHE", "GOENV", "GOHOSTOS", "GOHOSTARCH"] as const;
type Setting = (typeof SETTINGS)[number];

/** What cgo gives to compilers, as the environment, `go env -w` or Go's defaults have it. */
const CGO_SETTINGS = ["CGO_ENABLED", "CC", "CXX", "CGO_CFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS"] as const;
export type CgoSettings = Readonly<Record<(typeof CGO_SETTINGS)[number], string>>;

/** What `go env` says in the folder where the build runs, after Go has switched its toolchain. */
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
  /** Where Go makes its temporary folder; empty for the system's place. */
  readonly gotmpdir: string;
  /** Where Go keeps what it has compiled. */
  readonly gocache: string;
  /** As the environment, `go env -w` or Go's defaults have them. */
  readonly settings: Readonly<Record<Setting, string>>;
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
 * @returns what Go said instead if it fails, for example about a folder that does not exist
 * @throws MgoError when Go is too old
 */
export async function readGoEnv(
  chdir: readonly string[],
  context: Context,
  onStderrLine: (line: string) => boolean,
): Promise<GoEnv | RunResult> {
  const go = findGo(context);
  const names = ["GOVERSION", "GOOS", "GOARCH", "GOFLAGS", "GOMOD", "GOTMPDIR", "GOCACHE", ...SETTINGS];
  const result = await run([go, "env", ...chdir, "-json", ...names], { ...context, onStderrLine });
  if (result.status !== 0) {
    // -C came with Go 1.20: an older one is told by its version, not by what it thinks of the flag.
    const version = await run([go, "env", "GOVERSION"], context);
    if (version.status === 0) checkVersion(version.stdout.trim(), go);
    return result;
  }
  const values = readJsonObject(result.stdout, "go env");
  const text = (name: string): string => {
    const value = values[name];
    return typeof value === "string" ? value : "";
  };
  checkVersion(text("GOVERSION"), go);
  if (text("GOOS") === "" || text("GOARCH") === "") throw notGo("go env");
  return {
    go,
    version: text("GOVERSION"),
    goos: text("GOOS"),
    goarch: text("GOARCH"),
    goflags: parseFlagWords(splitQuoted(text("GOFLAGS")) ?? []),
    modules: text("GOMOD") !== "",
    gotmpdir: text("GOTMPDIR"),
    gocache: text("GOCACHE"),
    // Object.fromEntries cannot tell that it is given all of them.
    settings: Object.fromEntries(SETTINGS.map((name) => [name, text(name)])) as Record<Setting, string>,
  };
}

/** The `1.26` in `go1.26.8`, `go1.27-devel_4c2…` or `devel go1.27-4c2… X:rangefunc`; undefined if there is none. */
export function parseVersion(
  version: string,
): { readonly major: number; readonly minor: number } | undefined {
  const match = /\bgo(\d+)\.(\d+)/.exec(version);
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]) };
}

/**
 * Asks Go about cgo. It takes longer than other questions.
 *
 * @param chdir the build's `-C` flag as it was written, if it has one
 * @throws MgoError if Go cannot tell
 */
export async function readCgoSettings(
  go: string,
  chdir: readonly string[],
  context: Context,
): Promise<CgoSettings> {
  // Go makes a folder there, where -C leads.
  const { TMPDIR } = context.env;
  const place = TMPDIR ? { TMPDIR: resolve(context.cwd, TMPDIR) } : {};
  const env = { ...context.env, ...place };
  const result = await run([go, "env", ...chdir, "-json", ...CGO_SETTINGS], { ...context, env });
  if (result.status !== 0) throw new MgoError(`go env: ${result.stderr.trim()}`);
  const values = readJsonObject(result.stdout, "go env");
  const entries = CGO_SETTINGS.map((name) => [name, String(values[name] ?? "")]);
  return Object.fromEntries(entries) as CgoSettings;
}

/** A version that says nothing (a `devel` one without a number) passes. */
function checkVersion(version: string, go: string): void {
  const { major, minor } = parseVersion(version) ?? OLDEST;
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw new MgoError(`${go} is ${version}; mgo needs Go ${OLDEST.major}.${OLDEST.minor} or newer`, {
    hint: "install a newer Go from https://go.dev/dl/",
  });
}
