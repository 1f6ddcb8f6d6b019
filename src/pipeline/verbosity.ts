/** Go's flags that change what is printed. */
import { type Flag, isSet } from "../go/flags.ts";

export interface Verbosity {
  /** -n */
  readonly dryRun: boolean;
  /** -x */
  readonly commands: boolean;
  /** -v */
  readonly names: boolean;
  /** -work */
  readonly work: boolean;
  readonly json: boolean;
}

/** None of the flags. */
export const QUIET: Verbosity = readVerbosity([]);

/** @param flags those of GOFLAGS before those of the command line */
export function readVerbosity(flags: readonly Flag[]): Verbosity {
  return {
    dryRun: isSet(flags, "n"),
    commands: isSet(flags, "x"),
    names: isSet(flags, "v"),
    work: isSet(flags, "work"),
    json: isSet(flags, "json"),
  };
}

/** Whether each level's output stands whole, apart from the others'. */
export function isApart({ dryRun, commands, work }: Verbosity): boolean {
  return dryRun || commands || work;
}
