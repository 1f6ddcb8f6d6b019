/**
 * Records how `go test` runs test programs.
 *
 * `go test` runs once for each level, with the user's arguments and a recorder as -exec: a shell script that
 * runs nothing, but keeps each test program with its arguments and its folder. So Go itself reads its flags,
 * vets, builds and reports errors, and mgo can run the same programs in the same way, as often as it likes,
 * without linking again.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CgoSettings, cgoEnvironment } from "../go/cgo.ts";
import { chdirLength } from "../go/flags.ts";
import { quoteWord } from "../go/quoted.ts";
import { architectureOf, type Level, variableOf } from "../levels/level.ts";
import { type Report, reportFailures } from "../pipeline/report.ts";
import { QUIET } from "../pipeline/verbosity.ts";
import { MgoError } from "../system/error.ts";
import { type Context, run } from "../system/process.ts";
import type { BenchArguments } from "./arguments.ts";
import type { Run, Subject } from "./subject.ts";

/**
 * Arguments: the folder to keep it in, the test program, and the program's arguments. Go sets PWD, and
 * prepends its own folder to PATH.
 */
const RECORDER = `set -e
place=$1/$$
shift
program=$1
shift
mkdir "$place"
ln "$program" "$place/\${program##*/}" 2>/dev/null || cp "$program" "$place/\${program##*/}"
{
  printf '%s\\0' "\${program##*/}" "$PWD" "$PATH"
  [ $# -eq 0 ] || printf '%s\\0' "$@"
} >"$place/.run"
`;

/** A test program at one level, as Go would run it. */
interface Recorded {
  readonly level: Level;
  readonly program: string;
  readonly folder: string;
  readonly path: string;
  readonly args: readonly string[];
}

export interface RecordRequest {
  readonly go: string;
  readonly args: BenchArguments;
  readonly levels: readonly Level[];
  /** The settings of cgo's compilers, if they compile for each level as well. */
  readonly cgo: CgoSettings | undefined;
  /** An empty scratch folder. */
  readonly temporary: string;
  readonly onLevel: (level: Level) => void;
  readonly onStderrLine: (line: string) => boolean;
}

/**
 * Builds the test programs of all levels.
 *
 * @returns the output of `go test` if it fails; else a subject for each package that has tests
 */
export async function recordTests(
  request: RecordRequest,
  context: Context,
): Promise<Report | readonly Subject[]> {
  const { args, levels, cgo, temporary } = request;
  const script = join(temporary, "record");
  await writeFile(script, RECORDER);
  const outputs = [];
  const recorded: Recorded[] = [];
  for (const level of levels) {
    request.onLevel(level);
    const place = join(temporary, level);
    await mkdir(place);
    const command = [request.go, "test", ...goArguments(args, ["/bin/sh", script, place])];
    const compilers = cgo === undefined ? {} : cgoEnvironment(cgo, level);
    const env = { ...context.env, ...compilers, [variableOf(architectureOf(level))]: level };
    const result = await run(command, { ...context, env, onStderrLine: request.onStderrLine });
    outputs.push({ ...result, level, status: result.status ?? 1, killed: result.status === undefined });
    recorded.push(...(await readRecords(place, level)));
  }
  if (outputs.some(({ status }) => status !== 0)) return reportFailures(outputs, QUIET);
  return subjectsOf(recorded, context);
}

/** Prepends defaults to the user's arguments: of two equal flags, Go takes the last. -C stays first. */
function goArguments({ words, flags }: BenchArguments, recorder: readonly string[]): readonly string[] {
  const chdir = chdirLength(words);
  const defaults = [
    ...(flags.has("bench") ? [] : ["-bench=."]),
    ...(flags.has("run") ? [] : ["-run=^$"]),
    "-count=1",
    `-exec=${recorder.map(quoteForGo).join(" ")}`,
  ];
  return [...words.slice(0, chdir), ...defaults, ...words.slice(chdir)];
}

/** @throws MgoError for a word that has both kinds of quotes, as the path of a temporary folder may */
function quoteForGo(word: string): string {
  const quoted = quoteWord(word);
  if (quoted !== undefined) return quoted;
  throw new MgoError(`bench: go cannot be given ${word}, which has both kinds of quotes`, {
    hint: "set TMPDIR to another folder",
  });
}

async function readRecords(place: string, level: Level): Promise<readonly Recorded[]> {
  const names = await readdir(place);
  return await Promise.all(
    names.map(async (name): Promise<Recorded> => {
      const [program = "", folder = "", path = "", ...args] = (
        await readFile(join(place, name, ".run"), "utf8")
      )
        .split("\0")
        .slice(0, -1);
      return { level, program: join(place, name, program), folder, path, args };
    }),
  );
}

/** Groups programs by folder, which is one package, and makes each a subject. */
function subjectsOf(recorded: readonly Recorded[], context: Context): readonly Subject[] {
  const folders = [...new Set(recorded.map(({ folder }) => folder))].toSorted();
  return folders.map((folder) => {
    const programs = new Map(
      recorded.filter((known) => known.folder === folder).map((known) => [known.level, known]),
    );
    const [first] = programs.values();
    const name = first?.program.slice(first.program.lastIndexOf("/") + 1).replace(/\.test$/, "") ?? folder;
    return {
      name,
      async run(level) {
        const program = programs.get(level);
        return program === undefined ? NOTHING : await runTests(program, context);
      },
    };
  });
}

/** The run of a package that has no tests at a level. */
const NOTHING: Run = { text: "", failure: undefined };

async function runTests({ level, program, folder, path, args }: Recorded, context: Context): Promise<Run> {
  const env = { ...context.env, [variableOf(architectureOf(level))]: level, PWD: folder, PATH: path };
  const { signal } = context;
  const { status, stdout, stderr } = await run([program, ...args], { cwd: folder, env, signal });
  if (status === 0) return { text: stdout, failure: undefined };
  // Go's runtime exits with 2 after a panic or a signal; failed tests exit with 1.
  return { text: stdout, failure: { output: stdout + stderr, isFatal: status !== 1 } };
}
