/** The default names of executables. */
import type { Package } from "./list.ts";

/**
 * Returns the name that Go gives an executable without -o (DefaultExecName in cmd/go/internal/load/pkg.go):
 * the first file's for a package given as files, else the last element of the import path, or the one before
 * it if the last is a major version.
 *
 * @param modules whether Go works in module mode; `/v2` is an ordinary folder in GOPATH mode
 * @returns an empty string for a package of files that holds no Go file
 */
export function defaultName(
  pkg: Pick<Package, "importPath" | "goFiles" | "cgoFiles">,
  modules: boolean,
): string {
  if (pkg.importPath === "command-line-arguments") {
    const file = pkg.goFiles[0] ?? pkg.cgoFiles[0] ?? "";
    return file.slice(file.lastIndexOf("/") + 1).replace(/\.go$/, "");
  }
  const elements = pkg.importPath.split("/");
  const last = elements.at(-1) ?? "";
  if (modules && elements.length > 1 && isMajorVersion(last)) return elements.at(-2) ?? "";
  return last;
}

/** Returns what Go's isVersionElement does: v2 and up, without leading zeros. */
function isMajorVersion(element: string): boolean {
  return /^v(?:[2-9]|[1-9][0-9]+)$/.test(element);
}
