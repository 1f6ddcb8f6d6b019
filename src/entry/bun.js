/** Finds the Bun that npm has installed. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * Returns the name of the npm package with the Bun for this machine. On x64 that is the baseline build: the
 * other one needs AVX2.
 *
 * @returns {string}
 */
export function bunPackage() {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "x64" ? "x64" : "aarch64";
  return `@oven/bun-${os}-${arch}${isMusl() ? "-musl" : ""}${arch === "x64" ? "-baseline" : ""}`;
}

/**
 * Returns the path of the Bun program for this machine; undefined if npm has installed none.
 *
 * @returns {string | undefined}
 */
export function findBun() {
  try {
    const folder = dirname(require.resolve(`${bunPackage()}/package.json`));
    const program = join(folder, "bin", process.platform === "win32" ? "bun.exe" : "bun");
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/** Node's report names the C library that it runs with if that is glibc. */
function isMusl() {
  if (process.platform !== "linux" || process.report === undefined) return false;
  // Otherwise Node looks up the names of the machine's network addresses.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}
