/**
 * C, C++ and Fortran compiled for each variant's level (-mgo.cgo-march), by the flags that cgo gives to
 * compilers.
 */
import { resolve } from "node:path";
import { type Architecture, architectureOf, compilerFlagOf, type Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { type Context, findProgram, run } from "../system/process.ts";
import { readVariables } from "./env.ts";
import { splitQuoted } from "./quoted.ts";

const FLAG_VARIABLES = ["CGO_CFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS"] as const;
const VARIABLES = ["CGO_ENABLED", "CC", "CXX", ...FLAG_VARIABLES] as const;

type Variables = Readonly<Record<(typeof VARIABLES)[number], string>>;

/** A level's flag for a compiler. */
type March = (level: Level) => string;

/**
 * The variables by which cgo finds compilers and their flags, as the environment, `go env -w` or Go's
 * defaults have them, and how the compilers spell levels.
 */
export interface CgoSettings extends Variables {
  readonly march: Readonly<Record<(typeof FLAG_VARIABLES)[number], March>>;
}

/** As GCC and Clang spell it. */
const gccMarch: March = (level) => {
  const { option, value } = compilerFlagOf(level);
  return `${option}=${value}`;
};

/** As `zig cc` spells it, for which a dash takes a feature away. */
const zigMarch: March = (level) => {
  const { option, value } = compilerFlagOf(level);
  return `${option}=${value.replaceAll("-", "_")}`;
};

/**
 * Adds the level's flag to the user's flags, or Go's own (`-O2 -g`): of several -march the last one counts.
 */
export function cgoEnvironment(settings: CgoSettings, level: Level): Readonly<Record<string, string>> {
  return Object.fromEntries(
    FLAG_VARIABLES.map((name) => [name, `${settings[name]} ${settings.march[name](level)}`.trimStart()]),
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
  const ask = async (name: "CC" | "CXX") => await findMarch(name, answer.values, levels, folder, context);
  const march = { CGO_CFLAGS: await ask("CC"), CGO_CXXFLAGS: await ask("CXX"), CGO_FFLAGS: gccMarch };
  return { ...answer.values, march };
}

/**
 * Asks a compiler how it spells the levels, and whether it takes each of them. One that cannot be run passes,
 * as the program may have nothing for it.
 */
async function findMarch(
  name: "CC" | "CXX",
  settings: Variables,
  levels: readonly Level[],
  folder: string,
  context: Context,
): Promise<March> {
  const [program, ...words] = splitQuoted(settings[name]) ?? [];
  if (settings.CGO_ENABLED !== "1" || program === undefined) return gccMarch;
  const path = program.includes("/") ? program : findProgram(program, context.env, context);
  if (path === undefined) return gccMarch;
  const ask = async (...flags: readonly string[]) =>
    // `zig cc` takes no /dev/null.
    await run([path, ...words, "-E", "-x", name === "CC" ? "c" : "c++", ...flags, "-"], {
      ...context,
      cwd: folder,
    }).catch((error: unknown) => {
      if (error instanceof MgoError) return undefined;
      throw error;
    });
  /** The highest level that is refused: an older compiler lacks the newer ones. */
  const findRefused = async (march: March) => {
    const answers = await Promise.all(
      levels.map(async (level) => ({ level, outcome: await ask(march(level)) })),
    );
    return answers.findLast(({ outcome }) => outcome !== undefined && outcome.status !== 0);
  };
  const refused = await findRefused(gccMarch);
  if (refused === undefined) return gccMarch;
  if ((await findRefused(zigMarch)) === undefined) return zigMarch;
  if ((await ask())?.status !== 0) return gccMarch;
  const { level, outcome } = refused;
  throw new MgoError(
    `-mgo.cgo-march: ${program} does not take ${gccMarch(level)}: ${firstError(outcome?.stderr ?? "")}`,
    { hint: `${name} names another compiler: ${compilersFor(architectureOf(level))}` },
  );
}

function compilersFor(architecture: Architecture): string {
  if (architecture === "amd64") return "GCC 11, Clang 12 or zig cc, or newer";
  const soft = architecture === "arm" ? "; for 5, arm-linux-gnueabi-gcc" : "";
  return `a newer one, or one for linux/${architecture}${soft}`;
}

function firstError(stderr: string): string {
  const lines = stderr.split("\n");
  const line = lines.find((text) => text.includes("error:")) ?? lines[0] ?? "";
  return line.replace(/^.*?error: /, "").trim();
}
