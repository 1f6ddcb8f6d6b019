/**
 * `npm run build`: dist/mgo, one file that needs Go and nothing else.
 *
 * The same sources give the same bytes in any folder: Bun records file names, not folders, and the launcher
 * is reproducible by itself. Bun's baseline runtime is taken, which runs on CPUs without AVX2; `.env`,
 * `bunfig.toml`, `tsconfig.json` and `package.json` of the user's current folder are not read.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findZig } from "../src/launcher/compile.ts";
import { formatSize } from "../src/text.ts";

const root = dirname(import.meta.dir);
const require = createRequire(import.meta.url);
const runtime = join(dirname(require.resolve("@oven/bun-linux-x64-baseline/package.json")), "bin", "bun");
const output = join("dist", "mgo");

await step([findZig(process.env), "build"]);
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
  `--compile-executable-path=${runtime}`,
  "--define=MGO_COMPILED=true",
  `--outfile=${output}`,
]);
process.stdout.write(`${output}: ${formatSize(Bun.file(join(root, output)).size)}\n`);

async function step(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if ((await child.exited) !== 0) {
    process.stderr.write(`failed: ${command.join(" ")}\n`);
    process.exit(1);
  }
}
