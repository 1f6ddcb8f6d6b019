/**
 * C, C++ and Fortran compiled for each variant's level (-mgo.cgo-march), by the flags that cgo gives to the compilers.
 */

import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { type Context, findProgram, run } from "../system/process.ts";
import { type CgoSettings, type GoEnv, readCgoSettings } from "./env.ts";
import { splitQuoted } from "./quoted.ts";

const VARIABLES = ["CGO_CFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS"] as const;

/** As GCC 11 and Clang 12 spell it: the lowest level has no number there. */
function march(level: Level): string {
  return `-march=x86-64${level === "v1" ? "" : `-${level}`}`;
}

/**
 * The flags of the user, or Go's own (`-O2 -g`), with the level's behind them: of several -march the last one counts.
 */
export function cgoEnvironment(settings: CgoSettings, level: Level): Readonly<Record<string, string>> {
  return Object.fromEntries(VARIABLES.map((name) => [name, `${settings[name]} ${march(level)}`.trimStart()]));
}

/**
 * What cgo gives to compilers, which must know the levels.
 *
 * @param chdir the build's `-C` flag as it was written, if it has one
 * @param folder where Go runs
 * @throws MgoError naming a compiler that does not
 */
export async function readCompilers(
  { go }: GoEnv,
  levels: readonly Level[],
  chdir: readonly string[],
  folder: string,
  context: Context,
): Promise<CgoSettings> {
  const settings = await readCgoSettings(go, chdir, context);
  await checkCompilers(settings, levels, folder, context);
  return settings;
}

/**
 * Asks the C and C++ compilers, which have learnt all levels at once. One that cannot be run passes: the program may
 * have nothing for it.
 */
async function checkCompilers(
  settings: CgoSettings,
  levels: readonly Level[],
  folder: string,
  context: Context,
): Promise<void> {
  const level = levels.findLast((one) => one !== "v1");
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
      {
        hint: `GCC 11 and Clang 12 were the first to; ${name} names another compiler`,
      },
    );
  }
}

function firstError(stderr: string): string {
  const lines = stderr.split("\n");
  const line = lines.find((text) => text.includes("error:")) ?? lines[0] ?? "";
  return line.replace(/^.*?error: /, "").trim();
}
