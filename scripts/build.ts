/**
 * `npm run build [-- FILE]`: dist/mgo, or FILE, one file that needs Go and nothing else.
 *
 * The same sources give the same bytes in any folder: Bun records file names, not folders, and the launcher
 * is reproducible by itself. Bun's baseline runtime is taken, which runs on CPUs without AVX2; `.env`,
 * `bunfig.toml`, `tsconfig.json` and `package.json` of the user's current folder are not read, nor variables that
 * steer Bun.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { findZig } from "../src/launcher/compile.ts";
import { formatSize } from "../src/text.ts";

const root = dirname(import.meta.dir);
const require = createRequire(import.meta.url);
const runtime = join(dirname(require.resolve("@oven/bun-linux-x64-baseline/package.json")), "bin", "bun");
const output = resolve(process.argv[2] ?? join(root, "dist", "mgo"));

/**
 * Variables by which people steer a Bun of theirs, and would make another program of mgo: BUN_BE_BUN turns a compiled
 * program into the `bun` command, BUN_OPTIONS and BUN_INSPECT_PRELOAD run other code first, BUN_INSPECT, which editors
 * set in their terminals, waits for a debugger. Bun has no switch to ignore them. So they get other names in mgo's
 * runtime, as long as theirs.
 */
const VARIABLES = ["BUN_BE_BUN", "BUN_OPTIONS", "BUN_INSPECT"] as const;

await step([findZig(process.env), "build"]);
const work = await mkdtemp(join(tmpdir(), "mgo-runtime-"));
try {
  const renamed = join(work, "bun");
  await writeFile(renamed, renameVariables(await readFile(runtime)), { mode: 0o755 });
  await compile(renamed);
} finally {
  await rm(work, { recursive: true, force: true });
}
process.stdout.write(`${output}: ${formatSize(Bun.file(output).size)}\n`);

function renameVariables(program: Buffer): Buffer {
  for (const name of VARIABLES) {
    const other = name.replace(/^BUN/, "MGO");
    let at = program.indexOf(name);
    if (at < 0) throw new Error(`${runtime} does not read ${name}: has Bun renamed it?`);
    for (; at >= 0; at = program.indexOf(name, at)) program.write(other, at, "latin1");
  }
  return program;
}

async function compile(executable: string): Promise<void> {
  await step([
    process.execPath,
    "build",
    "src/cli.ts",
    "--compile",
    "--minify",
    "--sourcemap=none",
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    "--no-compile-autoload-tsconfig",
    "--no-compile-autoload-package-json",
    `--compile-executable-path=${executable}`,
    "--define=MGO_COMPILED=true",
    `--outfile=${output}`,
  ]);
}

async function step(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if ((await child.exited) !== 0) {
    process.stderr.write(`failed: ${command.join(" ")}\n`);
    process.exit(1);
  }
}
