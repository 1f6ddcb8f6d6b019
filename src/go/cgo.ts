/**
 * C, C++ and Fortran compiled for each variant's level (-mgo.cgo-march), by the flags that cgo gives to
 * compilers.
 */
import { resolve } from "node:path";
import { type Level, LOWEST, marchOf } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { type Context, findProgram, run } from "../system/process.ts";
import { readVariables } from "./env.ts";
import { splitQuoted } from "./quoted.ts";

const FLAG_VARIABLES = ["CGO_CFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS"] as const;
const VARIABLES = ["CGO_ENABLED", "CC", "CXX", ...FLAG_VARIABLES] as const;

/**
 * The variables by which cgo finds compilers and their flags, as the environment, `go env -w` or Go's
 * defaults have them.
 */
export type CgoSettings = Readonly<Record<(typeof VARIABLES)[number], string>>;

/** A level as GCC 11 and Clang 12 spell it. */
function march(level: Level): string {
  return `-march=${marchOf(level)}`;
}

/**
 * Adds the level's flag to the user's flags, or Go's own (`-O2 -g`): of several -march the last one counts.
 */
export function cgoEnvironment(settings: CgoSettings, level: Level): Readonly<Record<string, string>> {
  return Object.fromEntries(
    FLAG_VARIABLES.map((name) => [name, `${settings[name]} ${march(level)}`.trimStart()]),
  );
}

/**
 * Asks Go about cgo, which takes longer than other questions, and compilers about the levels.
 *
 * @param chdir the build's `-C` flag as it was written, if it has one
 * @param folder where Go runs
 * @throws MgoError naming a compiler that does not know the levels
 */
export async function readCgoSettings(
  go: string,
  levels: readonly Level[],
  chdir: readonly string[],
  folder: string,
  context: Context,
): Promise<CgoSettings> {
  // Go makes a folder in TMPDIR, which it takes to be relative to where -C leads.
  const { TMPDIR } = context.env;
  const env = TMPDIR ? { ...context.env, TMPDIR: resolve(context.cwd, TMPDIR) } : context.env;
  const answer = await readVariables(go, chdir, VARIABLES, { ...context, env });
  if ("status" in answer) throw new MgoError(`go env: ${answer.stderr.trim()}`);
  await checkCompilers(answer.values, levels, folder, context);
  return answer.values;
}

/**
 * Asks the C and C++ compilers about one level: they have learnt all at once. One that cannot be run passes,
 * as the program may have nothing for it.
 */
async function checkCompilers(
  settings: CgoSettings,
  levels: readonly Level[],
  folder: string,
  context: Context,
): Promise<void> {
  const level = levels.findLast((one) => one !== LOWEST);
  if (level === undefined || settings.CGO_ENABLED !== "1") return;
  for (const name of ["CC", "CXX"] as const) {
    const [program, ...words] = splitQuoted(settings[name]) ?? [];
    if (program === undefined) continue;
    const path = program.includes("/") ? program : findProgram(program, context.env, context);
    if (path === undefined) continue;
    const compiler = [path, ...words, "-fsyntax-only", "-x", name === "CC" ? "c" : "c++", "/dev/null"];
    const ask = async (flags: readonly string[]) =>
      await run([...compiler, ...flags], { ...context, cwd: folder }).catch((error: unknown) => {
        if (error instanceof MgoError) return undefined;
        throw error;
      });
    const [without, withFlag] = [await ask([]), await ask([march(level)])];
    if (without?.status !== 0 || withFlag === undefined || withFlag.status === 0) continue;
    throw new MgoError(
      `-mgo.cgo-march: ${program} does not take ${march(level)}: ${firstError(withFlag.stderr)}`,
      { hint: `${name} names another compiler: GCC 11 or Clang 12, or newer` },
    );
  }
}

function firstError(stderr: string): string {
  const lines = stderr.split("\n");
  const line = lines.find((text) => text.includes("error:")) ?? lines[0] ?? "";
  return line.replace(/^.*?error: /, "").trim();
}
