/**
 * Where npm has put the Bun program. The package `bun` itself is of no use here: its install script copies
 * the program into place, and install scripts are off.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * Path of the Bun program for this machine; undefined where npm has installed none. The baseline build comes
 * first: the other one needs AVX2.
 *
 * @returns {string | undefined}
 */
export function findBun() {
  const os = process.platform;
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  for (const build of ["-baseline", "", "-musl"]) {
    try {
      const folder = dirname(require.resolve(`@oven/bun-${os}-${arch}${build}/package.json`));
      const program = join(folder, "bin", "bun");
      if (existsSync(program)) return program;
    } catch {
      // Not installed: npm leaves out what is not for this machine.
    }
  }
  return undefined;
}
