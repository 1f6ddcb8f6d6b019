/**
 * The places where `go install` puts executables, and redirecting each level's to another.
 *
 * GOBIN names the place, but Go refuses it when it builds for another system, as programs that do not run
 * here would stand among those that do; it then takes a folder below that of GOPATH. mgo uses GOBIN all the
 * same: users who set it and ask for a bundle want it there.
 */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { GoEnv } from "../go/env.ts";
import type { Package } from "../go/list.ts";
import { defaultName } from "../go/name.ts";
import { MgoError } from "../system/error.ts";
import type { Environment } from "../system/process.ts";
import { checkNames, hasSources, type Output, type Target } from "./target.ts";

/** Returns whether Go runs on another system than it builds for. */
function isCross({ goos, goarch, settings }: GoEnv): boolean {
  return goos !== settings.GOHOSTOS || goarch !== settings.GOHOSTARCH;
}

/** Returns whether Go would refuse GOBIN, which mgo must then keep from it. */
export function isGobinRefused(go: GoEnv): boolean {
  return isCross(go) && go.settings.GOBIN !== "";
}

/** Returns whether an argument is `package@version`, which Go builds outside of the module around it. */
export function hasVersion(words: readonly string[]): boolean {
  return words.some((word) => word.includes("@") && !/^\.\.?(?:\/|$)/.test(word) && !isAbsolute(word));
}

/**
 * Resolves `go install`, by Go's own rules (cmd/go/internal/work/build.go, InstallPackages).
 *
 * @param words the packages as they are named
 * @param place the folder where Go runs
 */
export function installTarget(
  go: GoEnv,
  packages: readonly Package[],
  words: readonly string[],
  place: string,
): Target {
  const folder = binFolder(go);
  if (folder === undefined) return { kind: "refused" };
  if (hasVersion(words)) return { kind: "module-version", folder };
  if (packages.some(({ broken }) => broken)) return { kind: "refused" };
  const mains = packages.filter((pkg) => pkg.name === "main" && hasSources(pkg));
  const hasArchives = packages.some(({ name, target }) => name !== "main" && target !== "");
  if (mains.length === 0 && !hasArchives) return { kind: "discard" };
  const outputs = mains.map((pkg) => installed(pkg, go, folder));
  // Go knows no place for a program in GOPATH mode that lies outside of GOPATH.
  if (outputs.some(({ path }) => path === "")) return { kind: "refused" };
  checkNames(outputs);
  const [program] = outputs;
  const isNamed = program === undefined || words.some((word) => word !== "--");
  const leftover = isNamed ? undefined : join(place, program.name);
  return { kind: "installed", outputs, leftover, hasArchives };
}

/** Returns whether all programs are Go's own, such as cmd/vet: Go finds them by their build IDs. */
export function isOfGo(packages: readonly Package[]): boolean {
  const mains = packages.filter(({ name }) => name === "main");
  return mains.length > 0 && mains.every(({ goroot }) => goroot);
}

/**
 * Refuses what `go install` would put where mgo cannot: in Go's own folders, or, in GOPATH mode, in other
 * folders than that of GOPATH's first entry.
 *
 * @throws MgoError naming it
 */
export function checkInstalled(go: GoEnv, packages: readonly Package[]): void {
  const own = packages.find(({ goroot, name }) => goroot && name === "main");
  if (own !== undefined) {
    throw new MgoError(`${own.importPath} belongs to Go itself, whose programs mgo does not replace`, {
      hint: `go install ${own.importPath}`,
    });
  }
  if (!isCross(go) || go.modules) return;
  throw new MgoError(`mgo install does not cross-compile to ${go.goos}/${go.goarch} in GOPATH mode`, {
    hint: "use modules, or mgo build -o",
  });
}

function installed(pkg: Package, go: GoEnv, folder: string): Output {
  const name = defaultName(pkg, go.modules);
  const path = isGobinRefused(go) ? join(folder, name) : pkg.target;
  return { importPath: pkg.importPath, name, shown: path, path };
}

/** @returns undefined where Go has none, or GOBIN is not absolute */
function binFolder(go: GoEnv): string | undefined {
  const { GOBIN, GOPATH } = go.settings;
  if (GOBIN !== "") return isAbsolute(GOBIN) ? GOBIN : undefined;
  const entries = GOPATH.split(delimiter);
  // Go leaves out empty entries, but where it works in module mode and takes the first one.
  const first = go.modules ? entries[0] : entries.find((entry) => entry !== "");
  if (first === undefined || first === "") return undefined;
  return join(first, "bin", isCross(go) ? `${go.goos}_${go.goarch}` : "");
}

/**
 * Makes an environment in which `go install` puts its executables into a folder.
 *
 * @param scratch an empty folder of this run, of this level alone
 */
export async function redirectInstall(
  go: GoEnv,
  folder: string,
  scratch: string,
  env: Environment,
): Promise<Environment> {
  if (!isCross(go)) return { GOBIN: folder };
  // In a GOPATH of links, bin leads to the folder, and pkg to where it always was.
  const gopath = join(scratch, "gopath");
  await mkdir(folder, { recursive: true });
  await mkdir(join(gopath, "bin"), { recursive: true });
  await symlink(folder, join(gopath, "bin", `${go.goos}_${go.goarch}`));
  const lasting = join(go.settings.GOPATH.split(delimiter)[0] ?? "", "pkg");
  // It holds what Go knows of the checksum database.
  await mkdir(lasting, { recursive: true }).then(
    () => symlink(lasting, join(gopath, "pkg")),
    () => {},
  );
  return {
    GOPATH: gopath,
    GOMODCACHE: go.settings.GOMODCACHE,
    GOBIN: "",
    ...(await withoutGobin(go, scratch, env)),
  };
}

/** Takes GOBIN out of a copy of the file of `go env -w`, which an empty variable leaves in force. */
async function withoutGobin(go: GoEnv, scratch: string, env: Environment): Promise<Environment> {
  const isFromFile = go.settings.GOBIN !== "" && (env.GOBIN ?? "") === "";
  if (!isFromFile) return {};
  const copy = join(scratch, "goenv");
  const lines = await readFile(go.settings.GOENV, "utf8");
  await writeFile(copy, lines.replaceAll(/^[ \t]*GOBIN=.*\n?/gm, ""));
  return { GOENV: copy };
}
