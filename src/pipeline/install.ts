/**
 * Where `go install` puts executables, and how it is made to put each level's somewhere else.
 *
 * Go names the place by GOBIN. Where it runs on another system than it builds for, it refuses GOBIN, as programs that
 * do not run there would stand among those that do; without, it takes a folder below that of GOPATH. mgo uses GOBIN
 * all the same: who sets it and asks for a bundle wants it there.
 */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { GoEnv } from "../go/env.ts";
import type { Package } from "../go/list.ts";
import { defaultName } from "../go/name.ts";
import type { Environment } from "../system/process.ts";
import type { Output, Target } from "./plan.ts";

/** Whether Go runs on another system than it builds for. */
export function isCross({ goos, goarch, settings }: GoEnv): boolean {
  return goos !== settings.GOHOSTOS || goarch !== settings.GOHOSTARCH;
}

/** Whether Go would refuse what mgo does: the place must then be kept from it. */
export function isGobinRefused(go: GoEnv): boolean {
  return isCross(go) && go.settings.GOBIN !== "";
}

/** Whether an argument is `package@version`, which Go builds without regard to the module that it stands in. */
export function hasVersion(words: readonly string[]): boolean {
  return words.some((word) => word.includes("@") && !/^\.\.?(?:\/|$)/.test(word) && !isAbsolute(word));
}

/**
 * What becomes of `go install`: Go's rules are in cmd/go/internal/work/build.go (InstallPackages).
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
  if (hasVersion(words)) return { kind: "fetched", folder };
  if (packages.some(({ broken }) => broken)) return { kind: "refused" };
  const mains = packages.filter((pkg) => pkg.name === "main" && pkg.goFiles.length + pkg.cgoFiles.length > 0);
  if (mains.length === 0) return { kind: "discard" };
  const outputs = mains.map((pkg) => installed(pkg, go, folder));
  // Go knows no place for a program in GOPATH mode that lies outside of GOPATH.
  if (outputs.some(({ path }) => path === "")) return { kind: "refused" };
  const leftover = words.some((word) => word !== "--") ? undefined : join(place, outputs[0]?.name ?? "");
  return { kind: "installed", outputs, leftover };
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
 * The environment in which `go install` puts its executables into a folder.
 *
 * @param scratch an empty folder of this run, of this level alone
 */
export async function redirect(
  go: GoEnv,
  folder: string,
  scratch: string,
  env: Environment,
): Promise<Environment> {
  if (!isCross(go)) return { GOBIN: folder };
  // A GOPATH of links: its bin leads to the folder, and all else to where it always was.
  const gopath = join(scratch, "gopath");
  await mkdir(folder, { recursive: true });
  await mkdir(join(gopath, "bin"), { recursive: true });
  await symlink(folder, join(gopath, "bin", `${go.goos}_${go.goarch}`));
  const lasting = join(go.settings.GOPATH.split(delimiter)[0] ?? "", "pkg");
  // What Go knows of the checksum database is in there.
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

/** An empty variable leaves what `go env -w` has set: that is taken from a copy of Go's file. */
async function withoutGobin(go: GoEnv, scratch: string, env: Environment): Promise<Environment> {
  const isFromFile = go.settings.GOBIN !== "" && (env.GOBIN ?? "") === "";
  if (!isFromFile) return {};
  const copy = join(scratch, "goenv");
  const lines = await readFile(go.settings.GOENV, "utf8");
  await writeFile(copy, lines.replaceAll(/^[ \t]*GOBIN=.*\n?/gm, ""));
  return { GOENV: copy };
}
