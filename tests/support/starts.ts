/** Starts of bundles, each beside the plain start that it must be like. */
import { linkSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "../../src/bundle/layout.ts";
import type { Level } from "../../src/levels/level.ts";
import { cpuLevel } from "./cpu.ts";
import { scratch } from "./folders.ts";
import { type Outcome, runProgram } from "./run.ts";
import { buildBundle, buildVariant, type Kind, type Linkage } from "./variants.ts";

/** A program to start. */
export interface Start {
  readonly title: string;
  readonly layout: Layout;
  /** The variant that is started. */
  readonly level: Level;
  readonly bundle: string;
  /** The same variant as `go build` made it. */
  readonly plain: string;
  /** Whether the bundle itself is the variant, and nothing is executed a second time. */
  readonly inPlace: boolean;
}

const BASE: Level = "v1";
const OTHER: Level = "v2";
const LEVELS = [BASE, OTHER].filter((level) => level <= cpuLevel());

/** In both layouts, the base and, where the CPU can, another variant. */
export async function startsOf(program: string, kind: Kind | Linkage = "static"): Promise<readonly Start[]> {
  const name = typeof kind === "string" ? kind : kind.name;
  const starts: Start[] = [];
  for (const layout of ["packed", "direct"] as const) {
    const bundle = await buildBundle({ layout, program, kind, levels: [BASE, OTHER], base: BASE });
    for (const level of LEVELS) {
      const inPlace = layout === "direct" && level === BASE;
      const plain = buildVariant(level, program, kind);
      const which = level === BASE ? "its base" : "another variant";
      const title = `${layout} bundle of a ${name} program, ${which}`;
      starts.push({ title, layout, level, bundle, plain, inPlace });
    }
  }
  return starts;
}

export interface Way {
  /** For `sh`, in a folder where the file goes by `name`. FOLDER stands for the folder, in output, too. */
  readonly command: string;
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const PLACE = "FOLDER";
let folders = 0;

/** Starts a file in a new folder. */
export function startFile(file: string, { command, name = "program", env = {} }: Way): Outcome {
  const folder = makeFolder();
  linkSync(file, join(folder, name));
  return startIn(folder, command, env);
}

/** The results of a bundle and of its plain variant. */
export interface Pair<Result> {
  readonly ours: Result;
  readonly plain: Result;
}

/** Does the same with a bundle and with its plain variant. */
export function both<Result>(bundle: string, plain: string, run: (path: string) => Result): Pair<Result> {
  return { ours: run(bundle), plain: run(plain) };
}

/** Starts a bundle and its plain variant in this way. */
export function startBoth(start: Start, way: Way): Pair<Outcome> {
  const env = { GOAMD64: start.level, ...way.env };
  return both(start.bundle, start.plain, (file) => startFile(file, { ...way, env }));
}

/** A new folder that everybody can reach, whose path is as long as that of any other. */
export function makeFolder(): string {
  const folder = join(scratch, `start-${String(folders++).padStart(6, "0")}`);
  mkdirSync(folder, { mode: 0o755 });
  return folder;
}

/** Runs a command of `sh` in a folder. */
export function startIn(
  folder: string,
  command: string,
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const script = `cd ${folder} && ${command.replaceAll(PLACE, folder)}`;
  const outcome = runProgram(["sh", "-c", script], { PATH: process.env.PATH ?? "", ...env });
  const hide = (text: string): string => text.replaceAll(folder, PLACE);
  return { ...outcome, stdout: hide(outcome.stdout), stderr: hide(outcome.stderr) };
}
