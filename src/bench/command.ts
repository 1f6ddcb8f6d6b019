/** `mgo bench --exec`: times a command that runs each of a bundle's variants. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { decodeVariant } from "../bundle/decode.ts";
import { type Bundle, findVariant } from "../bundle/read.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { type Context, run } from "../system/process.ts";
import { quoteForShell } from "../system/shell.ts";
import type { Subject } from "./subject.ts";

/** The time, or the number of times, that the command runs at each level in each round. */
export type BenchTime = { readonly seconds: number } | { readonly times: number };

const USAGE = { status: 2 };
const PLACE = "{}";

/** Units of durations, in seconds. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/**
 * Reads -benchtime as Go does: `1s`, `1m30s`, `100x`.
 *
 * @throws MgoError for anything else
 */
export function readBenchTime(text: string): BenchTime {
  const times = /^([1-9]\d*)x$/.exec(text)?.[1];
  if (times !== undefined) return { times: Number(times) };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  const seconds = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  if (seconds > 0 && parts.map(([part]) => part).join("") === text) return { seconds };
  throw new MgoError(`bench: -benchtime=${text}: it may be a time (2s) or a number of runs (20x)`, USAGE);
}

/** @throws MgoError for a command without `{}`, which would not run the variants */
export function checkCommand(command: string): void {
  if (command.includes(PLACE)) return;
  throw new MgoError(`bench: --exec ${JSON.stringify(command)}: missing {}, which stands for the program`, {
    ...USAGE,
    hint: "mgo bench --exec '{} --version' BUNDLE",
  });
}

/**
 * Extracts the variants, and runs the command once with each, unmeasured, so that one that fails is found at
 * once.
 *
 * @param command for /bin/sh; each `{}` becomes the path of a variant, quoted
 * @param temporary a scratch folder
 * @throws MgoError if the command fails; if a variant is damaged
 */
export async function prepareCommand(
  bundle: Bundle,
  levels: readonly Level[],
  command: string,
  time: BenchTime,
  temporary: string,
  context: Context,
): Promise<Subject> {
  const name = basename(bundle.name);
  const scripts = new Map<Level, string>();
  for (const level of levels) {
    const folder = join(temporary, level);
    await mkdir(folder);
    const program = join(folder, name);
    await writeFile(program, await decodeVariant(bundle, findVariant(bundle, level), context.signal));
    await chmod(program, 0o755);
    // Its output is dropped, so that reading it costs nothing.
    const script = `exec >/dev/null\n${command.replaceAll(PLACE, () => quoteForShell(program))}`;
    scripts.set(level, script);
    await runOnce(script, level, command, context);
  }
  return {
    name,
    async run(level) {
      const script = scripts.get(level);
      if (script === undefined) return { text: "", failure: undefined };
      const began = performance.now();
      let runs = 0;
      for (;;) {
        await runOnce(script, level, command, context);
        runs++;
        const seconds = (performance.now() - began) / 1000;
        if ("times" in time ? runs < time.times : seconds < time.seconds) continue;
        const text = `BenchmarkCommand ${runs} ${((seconds * 1e9) / runs).toFixed(0)} ns/op\n`;
        return { text, failure: undefined };
      }
    },
  };
}

async function runOnce(
  script: string,
  level: Level,
  command: string,
  { cwd, env, signal }: Context,
): Promise<void> {
  const result = await run(["/bin/sh", "-c", script], { cwd, env, signal, onFlood: () => {} });
  if (result.status === 0) return;
  const last = result.stderr.trim().split("\n").at(-1) ?? "";
  const how = result.status === undefined ? "by a signal" : `with status ${result.status}`;
  throw new MgoError(`bench: the command fails at ${level} ${how}${last === "" ? "" : `: ${last}`}`, {
    hint: `the command is: ${command}`,
  });
}
