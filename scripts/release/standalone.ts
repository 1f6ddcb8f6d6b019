/**
 * A standalone mgo: one file that needs Go and nothing else.
 *
 * The same sources give the same bytes in any folder: Bun records file names, not folders, and the launcher
 * is reproducible by itself. The program reads neither `.env`, `bunfig.toml`, `tsconfig.json` and
 * `package.json` in the current folder nor variables that steer Bun.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spinner } from "zx";
import { findZig, type Product, stepsOf } from "../../src/engine/compile.ts";
import { ARCHITECTURE_NAMES } from "../../src/levels/level.ts";
import { $ } from "../script.ts";
import { withTemporary } from "../temporary.ts";
import { readRuntime } from "./runtimes.ts";
import type { Target } from "./targets.ts";

/**
 * Variables that steer a Bun, and would make another program of mgo: BUN_BE_BUN turns a compiled program into
 * the `bun` command, BUN_OPTIONS and BUN_INSPECT_PRELOAD run other code first, BUN_INSPECT, which editors set
 * in their terminals, waits for a debugger. Bun has no switch to ignore them, so mgo's runtime knows them by
 * other names of the same length.
 */
const VARIABLES = ["BUN_BE_BUN", "BUN_OPTIONS", "BUN_INSPECT"] as const;

/**
 * Compiles launchers and engine, which go into every mgo. The environment variable ZIG names another Zig,
 * ZSTD the lib folder of other zstd sources: distributions have their own.
 */
export async function compileProducts(): Promise<void> {
  const { ZSTD } = process.env;
  const flags = ZSTD ? [`-Dzstd=${ZSTD}`] : [];
  const products = ARCHITECTURE_NAMES.map((name): Product => `launcher-${name}`).concat("engine");
  const steps = [...new Set(products.flatMap(stepsOf))];
  await spinner("compiling launchers and engine", () => $`${findZig(process.env)} build ${steps} ${flags}`);
}

/**
 * Compiles mgo for a target. `compileProducts` comes first.
 *
 * @param output its path; the bytes depend on the file's name
 */
export async function compileStandalone(target: Target, output: string): Promise<void> {
  await withTemporary("standalone", async (work) => {
    const runtime = join(work, "bun");
    await writeFile(runtime, renameVariables(await readRuntime(target), target.name), { mode: 0o755 });
    const flags = [
      `--target=${target.bun}`,
      "--minify",
      "--sourcemap=none",
      ...["dotenv", "bunfig", "tsconfig", "package-json"].map((file) => `--no-compile-autoload-${file}`),
      `--compile-executable-path=${runtime}`,
      "--define=MGO_COMPILED=true",
      `--outfile=${output}`,
    ];
    await spinner(
      `compiling mgo for ${target.name}`,
      () => $`${process.execPath} build src/cli/main.ts --compile ${flags}`,
    );
  });
}

function renameVariables(runtime: Buffer, target: string): Buffer {
  for (const name of VARIABLES) {
    const other = name.replace(/^BUN/, "MGO");
    let at = runtime.indexOf(name);
    if (at < 0) throw new Error(`Bun for ${target} does not read ${name}: has Bun renamed it?`);
    for (; at >= 0; at = runtime.indexOf(name, at)) runtime.write(other, at, "latin1");
  }
  return runtime;
}
