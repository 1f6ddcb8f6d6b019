/**
 * The program tests/programs/levels, built by the real `go` for each level, and bundles of it. Built once for
 * all tests of a run.
 */
import { join } from "node:path";
import type { Compress } from "../../src/bundle/frame.ts";
import type { Layout, StartPolicy } from "../../src/bundle/layout.ts";
import type { VariantInput } from "../../src/bundle/variant.ts";
import { createBundle } from "../../src/bundle/write.ts";
import { loadLauncher } from "../../src/engine/products.ts";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { placeOutput } from "../../src/system/output.ts";
import { scratch } from "./scratch.ts";
import type { Outcome } from "./workspace.ts";

export const root = join(import.meta.dir, "..", "..");

const never = new AbortController().signal;

/** The launcher as compiled from the checkout. */
export async function launcher(): Promise<Uint8Array> {
  return loadLauncher({ env: process.env, signal: never });
}

const built = new Set<string>();

/** How a variant is linked. */
export interface Linkage {
  /** Part of the path. */
  readonly name: string;
  /** Of `go build`, behind those of every variant, so that they win. */
  readonly flags: readonly string[];
  /** Whether a C compiler is needed. */
  readonly cgo?: boolean;
  /** That compiler. */
  readonly cc?: string;
}

/** The usual ways. */
export type Kind = keyof typeof KINDS;

const STRIPPED = "-ldflags=-s -w";
const EXTERNAL = "-ldflags=-s -w -linkmode=external";

const KINDS = {
  static: { flags: [], cgo: false },
  unstripped: { flags: ["-ldflags="], cgo: false },
  pie: { flags: ["-buildmode=pie"], cgo: false },
  cgo: { flags: [EXTERNAL], cgo: true },
  "cgo-pie": { flags: [EXTERNAL, "-buildmode=pie"], cgo: true },
} as const;

/** The kinds that this machine can build. */
export const kinds = Object.keys(KINDS).filter(
  (kind): kind is Kind => kind in KINDS && (!KINDS[kind as Kind].cgo || Bun.which("gcc") !== null),
);

/** Path of a program below tests/programs as `go build` makes it for that level. */
export function buildVariant(level: Level, program = "levels", linkage: Kind | Linkage = "static"): string {
  const {
    name,
    flags,
    cgo = false,
    cc,
  }: Linkage = typeof linkage === "string" ? { name: linkage, ...KINDS[linkage] } : linkage;
  const path = join(scratch, `${program}.${name}.${level}`);
  if (built.has(path)) return path;
  const command = ["go", "build", "-trimpath", STRIPPED, ...flags, "-o", path, "."];
  const { success, stderr } = Bun.spawnSync(command, {
    cwd: join(root, "tests", "programs", program),
    env: { ...process.env, GOAMD64: level, GOFLAGS: "", CGO_ENABLED: cgo ? "1" : "0", ...(cc && { CC: cc }) },
  });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
  built.add(path);
  return path;
}

let bundles = 0;

interface Stored {
  readonly layout?: Layout | undefined;
  readonly startPolicy?: StartPolicy | undefined;
  readonly compress?: Compress | undefined;
}

export interface VariantOptions {
  readonly levels?: readonly Level[];
  readonly base?: Level;
  readonly layout?: Layout;
  readonly startPolicy?: StartPolicy;
  /** A folder below tests/programs. */
  readonly program?: string;
  readonly kind?: Kind | Linkage;
  readonly compress?: Compress;
}

/** Not stripped: with debug data and symbols. */
export const UNSTRIPPED: Linkage = { name: "symbols", flags: ["-ldflags="] };

/** Path of a new bundle; without options, of the four levels of tests/programs/levels. */
export async function buildBundle(wanted: VariantOptions = {}): Promise<string> {
  const { levels = LEVELS, base, layout, startPolicy, program, kind, compress } = wanted;
  const inputs = levels.map((level) => ({ level, path: buildVariant(level, program, kind) }));
  return bundleFiles(inputs, base, { layout, startPolicy, compress });
}

/** Path of a new bundle of these files. */
export async function bundleFiles(
  inputs: readonly VariantInput[],
  base?: Level,
  { layout = "packed", startPolicy = "best", compress = "fast" }: Stored = {},
): Promise<string> {
  const path = join(scratch, `bundle-${bundles++}`);
  const options = { compress, layout, startPolicy, ...(base === undefined ? {} : { base }) } as const;
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
