/**
 * The program tests/programs/levels, built by the real `go` for each level, and bundles of it. Built once for
 * all tests of a run.
 */
import { join } from "node:path";
import type { Compress } from "../../src/bundle/codec.ts";
import type { VariantInput } from "../../src/bundle/variant.ts";
import { createBundle } from "../../src/bundle/write.ts";
import { loadLauncher } from "../../src/launcher.ts";
import { LEVELS, type Level } from "../../src/level.ts";
import { placeOutput } from "../../src/output.ts";
import { scratch } from "./scratch.ts";
import type { Outcome } from "./workspace.ts";

export const root = join(import.meta.dir, "..", "..");

const never = new AbortController().signal;

/** The launcher as compiled from the checkout. */
export async function launcher(): Promise<Uint8Array> {
  return loadLauncher({ env: process.env, signal: never });
}

const built = new Set<string>();

/** How a variant is linked, where that is not the usual way. */
export interface Linkage {
  /** Part of the path. */
  readonly name: string;
  /** Behind those of every variant, so that they win. */
  readonly flags: readonly string[];
  readonly cgo?: boolean;
}

/** Path of a program below tests/programs as `go build` makes it for that level, stripped. */
export function buildVariant(level: Level, program = "levels", linkage?: Linkage): string {
  const path = join(scratch, [program, ...(linkage === undefined ? [] : [linkage.name]), level].join("."));
  if (built.has(path)) return path;
  const command = ["go", "build", "-trimpath", "-ldflags=-s -w", ...(linkage?.flags ?? []), "-o", path, "."];
  const { success, stderr } = Bun.spawnSync(command, {
    cwd: join(root, "tests", "programs", program),
    env: { ...process.env, GOAMD64: level, GOFLAGS: "", CGO_ENABLED: linkage?.cgo ? "1" : "0" },
  });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
  built.add(path);
  return path;
}

let bundles = 0;

export interface BundleOptions {
  readonly levels?: readonly Level[];
  readonly base?: Level;
  /** A folder below tests/programs. */
  readonly program?: string;
  readonly linkage?: Linkage;
  readonly compress?: Compress;
}

/** Not stripped: with debug data and symbols. */
export const UNSTRIPPED: Linkage = { name: "symbols", flags: ["-ldflags="] };

/** Path of a new bundle; without options, of the four levels of tests/programs/levels. */
export async function buildBundle(options: BundleOptions = {}): Promise<string> {
  const { levels = LEVELS, base, program, linkage, compress } = options;
  const inputs = levels.map((level) => ({ level, path: buildVariant(level, program, linkage) }));
  return bundleFiles(inputs, base, compress);
}

/** Path of a new bundle of these files. */
export async function bundleFiles(
  inputs: readonly VariantInput[],
  base?: Level,
  compress: Compress = "fast",
): Promise<string> {
  const path = join(scratch, `bundle-${bundles++}`);
  const options = { compress, ...(base === undefined ? {} : { base }) } as const;
  await placeOutput(path, await createBundle(inputs, await launcher(), options));
  return path;
}

/** Runs a program with only these variables in its environment. */
export function runProgram(command: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
  const child = Bun.spawnSync([...command], { env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  return {
    status: child.signalCode === undefined ? child.exitCode : null,
    signal: child.signalCode === undefined ? undefined : String(child.signalCode),
    stdout: child.stdout.toString(),
    stderr: child.stderr.toString(),
  };
}
