/**
 * benchstat, the Go project's program that compares benchmarks (golang.org/x/perf/cmd/benchstat). The user's
 * `go` builds it once, into mgo's cache.
 */
import { access, chmod, constants, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Level, lowestOf, variableOf } from "../levels/level.ts";
import { cacheFolder } from "../pipeline/variant-cache.ts";
import { MgoError, reasonOf } from "../system/error.ts";
import { type Context, type Environment, run } from "../system/process.ts";
import { tryFolder } from "../system/temporary.ts";
import { type Comparison, readComparisons } from "./comparison.ts";
import type { Results } from "./results.ts";

/**
 * The last version that needs no Go newer than 1.18 (January 2025): for a later one, Go 1.20 would fetch a
 * whole toolchain. The statistics have not changed since.
 */
export const BENCHSTAT_VERSION = "v0.0.0-20250106172127-400946f43c82";

/** The module that benchstat needs. */
const MOREMATH = "github.com/aclements/go-moremath v0.0.0-20210112150236-f10218a38794";

const GO_MOD = `module mgo/benchstat

go 1.20

require golang.org/x/perf ${BENCHSTAT_VERSION}

require ${MOREMATH} // indirect
`;

/** Checksums from sum.golang.org: other bytes are not compiled, wherever they come from. */
const GO_SUM = `${MOREMATH} h1:xlwdaKcTNVW4PtpQb8aKA4Pjy0CdJHEqvFbAnvR5m2g=
${MOREMATH}/go.mod h1:7e+I0LQFUI9AXWxOfsQROs9xPhoJtbsyWcjJqDd4KPY=
golang.org/x/perf ${BENCHSTAT_VERSION} h1:cntvEEbGexov/BId760utCq7Mtu7iJG4lRr/0z+V7Z4=
golang.org/x/perf ${BENCHSTAT_VERSION}/go.mod h1:q/JkMABA9XXpcvcwKP7xYHRk8KsZBPSXrV8tG4DEMGI=
`;

/** Overrides the user's settings for builds; those of module proxies and caches still count. */
const BUILD_ENVIRONMENT: Environment = {
  GOFLAGS: "-mod=readonly",
  GO111MODULE: "on",
  GOWORK: "off",
  GOOS: "linux",
  GOARCH: "amd64",
  [variableOf("amd64")]: lowestOf("amd64"),
  GOEXPERIMENT: "",
  CGO_ENABLED: "0",
};

/**
 * Returns benchstat's path, and builds it if the cache has none.
 *
 * @param temporary a scratch folder
 * @throws MgoError with Go's reason if it cannot be built, as without a network
 */
export async function findBenchstat(go: string, temporary: string, context: Context): Promise<string> {
  const cache = cacheFolder(context.env);
  const folder = cache === undefined ? undefined : await tryFolder(join(cache, "benchstat"));
  const kept = folder && join(folder, BENCHSTAT_VERSION);
  if (kept !== undefined && (await isExecutable(kept))) return kept;
  const built = await build(go, temporary, context);
  if (kept === undefined) return built;
  // If the cache is on another disk, or read-only, the next run builds it again.
  return await rename(built, kept).then(
    () => kept,
    () => built,
  );
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function build(go: string, temporary: string, context: Context): Promise<string> {
  const module = join(temporary, "benchstat");
  await mkdir(module);
  await writeFile(join(module, "go.mod"), GO_MOD);
  await writeFile(join(module, "go.sum"), GO_SUM);
  const built = join(module, "benchstat");
  const command = [go, "build", "-trimpath", "-o", built, "golang.org/x/perf/cmd/benchstat"];
  const env = { ...context.env, ...BUILD_ENVIRONMENT };
  const { status, stderr } = await run(command, { cwd: module, env, signal: context.signal });
  if (status !== 0) throw new MgoError(`cannot build benchstat: ${reasonIn(stderr)}`);
  await chmod(built, 0o755);
  return built;
}

/** Returns the last of Go's lines, which has the reason; the others say what it was about to do. */
function reasonIn(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !/^go: downloading /.test(line));
  return (lines.at(-1) ?? "go build failed").trim().replace(/^go: /, "");
}

/**
 * Compares levels by benchstat.
 *
 * @param base the level that the others are compared with
 * @param temporary a scratch folder
 * @returns a comparison for each unit that the benchmarks report
 * @throws MgoError if benchstat fails or prints what mgo cannot read
 */
export async function compareLevels(
  benchstat: string,
  results: Results,
  base: Level,
  temporary: string,
  { env, signal }: Context,
): Promise<readonly Comparison[]> {
  const levels = [base, ...results.levels.filter((level) => level !== base)];
  for (const level of levels) await writeFile(join(temporary, `${level}.txt`), results.textOf(level));
  const inputs = levels.map((level) => `${level}=${level}.txt`);
  const command = [benchstat, "-format", "csv", "-table", "", "-row", "pkg,.fullname", ...inputs];
  const { status, stdout, stderr } = await run(command, { cwd: temporary, env, signal });
  if (status !== 0) throw new MgoError(`benchstat failed: ${stderr.trim()}`);
  try {
    return readComparisons(stdout, levels);
  } catch (cause) {
    throw new MgoError(`cannot read what benchstat printed: ${reasonOf(cause)}`, { cause });
  }
}
