/**
 * Where npm has put the Bun program. The package `bun` itself is of no use here: its install script copies
 * the program into place, and install scripts may be off.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * The packages that hold a Bun for this machine. The baseline build comes first: the other one needs AVX2.
 *
 * @returns {readonly string[]}
 */
export function bunPackages() {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  // npm may have installed the programs for glibc on Alpine as well, where they do not start.
  const name = `@oven/bun-${os}-${arch}${isMusl() ? "-musl" : ""}`;
  return arch === "x64" ? [`${name}-baseline`, name] : [name];
}

/**
 * Path of the Bun program for this machine; undefined where npm has installed none.
 *
 * @returns {string | undefined}
 */
export function findBun() {
  for (const name of bunPackages()) {
    try {
      const folder = dirname(require.resolve(`${name}/package.json`));
      const program = join(folder, "bin", process.platform === "win32" ? "bun.exe" : "bun");
      if (existsSync(program)) return program;
    } catch {
      // Not installed: npm leaves out what is not for this machine.
    }
  }
  return undefined;
}

/** Node's report names the C library that it runs with if that is glibc. */
function isMusl() {
  if (process.platform !== "linux" || process.report === undefined) return false;
  // Without this, Node looks up the names of the machine's network addresses.
  process.report.excludeNetwork = true;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}
