/** State that all steps of a run share. */
import { VARIABLES } from "../../src/levels/level.ts";
import { MgoFailure } from "./failure.ts";
import type { Work } from "./figures.ts";
import type { Place, Starter } from "./starter.ts";

export interface Context {
  /** A folder for everything that is made, removed at the end. */
  readonly work: string;
  /** The command that starts mgo; its first word is a path. */
  readonly mgo: readonly [string, ...string[]];
  readonly starter: Starter;
  /** A command that keeps the one which follows to some CPUs; may be empty. */
  readonly pin: readonly string[];
  readonly rounds: number;
  readonly layouts: readonly string[];
  readonly peers: string | undefined;
  /** A folder on the disk that cold starts read from; undefined for `work`. */
  readonly coldFolder: string | undefined;
  /** Rates of slow disks to read from, in MB/s. */
  readonly slowDisks: readonly number[];
  /** Tells the reader of the figures what they leave out. */
  readonly note: (text: string) => void;
  /** Prints what goes on. */
  readonly progress: (text: string) => void;
}

/**
 * Returns where programs are started: with as little environment as they need, so that settings change
 * nothing.
 */
export function quietPlace({ work }: Context): Place {
  return { cwd: work, env: { PATH: process.env.PATH ?? "", HOME: work } };
}

/** Returns where mgo and go run: with the user's caches, and without settings for other builds. */
export function buildPlace(context: Context, cwd: string, cgo = false): Place {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  for (const name of ["MGOFLAGS", "MGODEBUG", "MGO_PARALLEL_BUILD", "GOOS", "GOARCH", ...VARIABLES]) {
    delete env[name];
  }
  const own = { CGO_ENABLED: cgo ? "1" : "0", GOFLAGS: "-mod=mod", MGOCACHE: `${context.work}/cache` };
  return { cwd, env: { ...env, ...own } };
}

/**
 * Runs mgo to its end.
 *
 * @throws MgoFailure with what it printed
 */
export function runMgo({ starter, mgo }: Context, args: readonly string[], place: Place): Work {
  const [path, ...words] = mgo;
  const { starts, stderr } = starter.run([{ path }], [...words, ...args], [0], place);
  const [start] = starts;
  if (!start?.success) throw new MgoFailure(args, stderr);
  return { milliseconds: start.milliseconds, peakResident: start.peakResident };
}
