/** The programs in tests/programs, built by the real `go` for each level, and bundles of them. */
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Compress } from "../../src/bundle/frame.ts";
import type { Layout, StartPolicy } from "../../src/bundle/layout.ts";
import type { VariantInput } from "../../src/bundle/variant.ts";
import { createBundle } from "../../src/bundle/write.ts";
import { loadLauncher } from "../../src/engine/products.ts";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { placeOutput } from "../../src/system/output.ts";
import { ROOT, scratch, shared } from "./folders.ts";
import { makeOnce } from "./once.ts";

const never = new AbortController().signal;

/** The launcher as compiled from the checkout. */
export async function launcher(): Promise<Uint8Array> {
  return loadLauncher({ architecture: "amd64", env: process.env, signal: never });
}

/** How a variant is linked. */
export interface Linkage {
  /** For titles. */
  readonly name: string;
  /** Flags of `go build`, behind those of every variant, so that they win. */
  readonly flags: readonly string[];
  /** Whether a C compiler is needed. */
  readonly cgo?: boolean;
  /** The C compiler. */
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

/** Path of a program below tests/programs as `go build` makes it for that level, once in a run. */
export function buildVariant(level: Level, program = "levels", linkage: Kind | Linkage = "static"): string {
  const {
    flags,
    cgo = false,
    cc,
  }: Omit<Linkage, "name"> = typeof linkage === "string" ? KINDS[linkage] : linkage;
  const name = `${program}.${hashOf({ flags, cgo, cc })}.${level}`;
  return makeOnce(name, (output) => ["go", "build", "-trimpath", STRIPPED, ...flags, "-o", output, "."], {
    cwd: join(ROOT, "tests", "programs", program),
    env: { ...process.env, GOAMD64: level, GOFLAGS: "", CGO_ENABLED: cgo ? "1" : "0", ...(cc && { CC: cc }) },
  });
}

/** Eight hexadecimal digits. */
function hashOf(value: unknown): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);
}

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

/**
 * Path of a bundle, made once in a run: not to be changed. Without options, it has all levels of
 * tests/programs/levels.
 */
export async function buildBundle(wanted: VariantOptions = {}): Promise<string> {
  const { levels = LEVELS, base, layout, startPolicy, program, kind, compress } = wanted;
  const inputs = levels.map((level) => ({ level, path: buildVariant(level, program, kind) }));
  // Short enough for a process name.
  const path = join(shared, `bundle-${hashOf([inputs, base, layout, startPolicy, compress])}`);
  if (existsSync(path)) return path;
  renameSync(await bundleFiles(inputs, base, { layout, startPolicy, compress }), path);
  return path;
}

let bundles = 0;

/** Path of a new bundle of these files. */
export async function bundleFiles(
  inputs: readonly VariantInput[],
  base?: Level,
  { layout = "packed", startPolicy = "auto", compress = "fast" }: Stored = {},
): Promise<string> {
  const path = join(scratch, `bundle-${bundles++}`);
  const options = { compress, layout, startPolicy, ...(base === undefined ? {} : { base }) } as const;
  await placeOutput(path, (await createBundle(inputs, await launcher(), options)).chunks);
  return path;
}
