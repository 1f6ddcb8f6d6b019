/**
 * A standalone mgo: one file that needs Go and nothing else.
 *
 * The same sources give the same bytes in any folder: Bun records file names, not folders, and the launcher is
 * reproducible by itself. `.env`, `bunfig.toml`, `tsconfig.json` and `package.json` of the user's current folder are
 * not read, nor variables that steer Bun.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findZig } from "../../src/engine/compile.ts";
import { checkMachO, isMachO, signMachO } from "./macho.ts";
import { readRuntime } from "./runtimes.ts";
import { runStep } from "./step.ts";
import type { Target } from "./targets.ts";

/**
 * Variables by which people steer a Bun of theirs, and would make another program of mgo: BUN_BE_BUN turns a compiled
 * program into the `bun` command, BUN_OPTIONS and BUN_INSPECT_PRELOAD run other code first, BUN_INSPECT, which editors
 * set in their terminals, waits for a debugger. Bun has no switch to ignore them. So they get other names in mgo's
 * runtime, as long as theirs.
 */
const VARIABLES = ["BUN_BE_BUN", "BUN_OPTIONS", "BUN_INSPECT"] as const;

/**
 * Compiles the launcher and the engine, which go into every mgo. The environment variable ZIG names another Zig, ZSTD
 * the lib folder of other zstd sources: distributions have their own.
 */
export async function compileProducts(): Promise<void> {
  const { ZSTD } = process.env;
  await runStep([findZig(process.env), "build", ...(ZSTD ? [`-Dzstd=${ZSTD}`] : [])]);
}

/**
 * Compiles mgo for a target. `compileProducts` comes first.
 *
 * @param output its path; the bytes depend on the file's name
 */
export async function compileStandalone(target: Target, output: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "mgo-runtime-"));
  try {
    const runtime = join(work, "bun");
    await writeFile(runtime, renameVariables(await readRuntime(target.runtime), target.name), {
      mode: 0o755,
    });
    await compile(target, runtime, output);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const program = await readFile(output);
  if (!isMachO(program)) return;
  const signed = isSigned(program) ? program : signMachO(program);
  checkMachO(signed);
  await writeFile(output, signed, { mode: 0o755 });
}

/**
 * Bun signs what it compiles for arm64, where macOS starts nothing unsigned. For x64 it leaves the runtime's own
 * signature, which is wrong for what the runtime has become.
 */
function isSigned(program: Uint8Array): boolean {
  try {
    checkMachO(program);
    return true;
  } catch {
    return false;
  }
}

function renameVariables(runtime: Uint8Array, target: string): Uint8Array {
  const program = Buffer.from(runtime);
  for (const name of VARIABLES) {
    const other = name.replace(/^BUN/, "MGO");
    let at = program.indexOf(name);
    if (at < 0) throw new Error(`Bun for ${target} does not read ${name}: has Bun renamed it?`);
    for (; at >= 0; at = program.indexOf(name, at)) program.write(other, at, "latin1");
  }
  return program;
}

async function compile(target: Target, runtime: string, output: string): Promise<void> {
  await runStep([
    process.execPath,
    "build",
    "src/cli/main.ts",
    "--compile",
    `--target=${target.bun}`,
    "--minify",
    "--sourcemap=none",
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    "--no-compile-autoload-tsconfig",
    "--no-compile-autoload-package-json",
    `--compile-executable-path=${runtime}`,
    "--define=MGO_COMPILED=true",
    `--outfile=${output}`,
  ]);
}
