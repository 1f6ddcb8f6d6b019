/**
 * The figures of a run of the bench: `--json` writes them, `--from` reads them, table and chart show them.
 */
import type { Architecture, Level } from "../../src/levels/level.ts";

export interface Report {
  readonly machine: Machine;
  /** The options that shape the figures. */
  readonly rounds: number;
  readonly programs: readonly ProgramFigures[];
  /** Figures that were left out, and why. */
  readonly notes: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  /** Number of CPUs that the programs may use. */
  readonly cpus: number;
  readonly kernel: string;
  readonly go: string;
  /** Bytes of mgo's launcher; undefined where another mgo than the checkout's is measured. */
  readonly launcher: number | undefined;
}

/** A median and its quartiles. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface ProgramFigures {
  readonly name: string;
  readonly what: string;
  /** The variant that stands for a plain build, and from which mgo predicts the others. */
  readonly base: Level;
  readonly plain: {
    /** Bytes. */
    readonly size: number;
    /** Milliseconds of a whole run, for each level that the CPU has, the base first. */
    readonly starts: readonly { readonly level: Level; readonly time: Spread }[];
    /** Milliseconds of a whole run as the base that reads its file from the disk. */
    readonly cold: Spread | undefined;
    /** The same from slow disks, by their MB/s. */
    readonly slow?: Readonly<Record<number, Spread | undefined>>;
    /** Bytes of four processes at once. */
    readonly memory: number | undefined;
  };
  readonly bundles: readonly BundleFigures[];
  /** A second `mgo build` of the unchanged program. */
  readonly secondBuild: Work | undefined;
  /** Sizes on other architectures; of some programs only. */
  readonly architectures?: readonly ArchitectureFigures[];
}

/** Sizes in bytes. */
export interface ArchitectureFigures {
  readonly architecture: Architecture;
  readonly levels: readonly Level[];
  /** The base by itself. */
  readonly plain: number;
  readonly packed: number;
}

export interface BundleFigures {
  /** `packed`, `packed fast`, `direct`, or a peer's name. */
  readonly kind: string;
  readonly size: number;
  /** How `mgo pack` made it; undefined for a peer. */
  readonly encoding: Work | undefined;
  /** The base first; peers have it alone. */
  readonly starts: readonly StartFigures[];
  /** Milliseconds that a start without GOAMD64 takes longer than the plain base in the same round. */
  readonly unset: Spread | undefined;
  /** Milliseconds of a whole run as the base that reads its file from the disk. */
  readonly cold: Spread | undefined;
  /** The same from slow disks, by their MB/s. */
  readonly slow?: Readonly<Record<number, Spread | undefined>>;
  /** Bytes of four processes at once, as the base; and as what starts without GOAMD64. */
  readonly memory: number | undefined;
  readonly unsetMemory: number | undefined;
}

export interface StartFigures {
  readonly level: Level;
  /** Milliseconds that a run takes longer than that of the same variant by itself in the same round. */
  readonly added: Spread;
  /** Bytes, the largest of all rounds, with the program's own memory: wait4's ru_maxrss. */
  readonly peakResident: number;
  /**
   * Peak until the launcher executes the program: bytes of its memory, and in that of files in memory.
   * Undefined where nothing is executed.
   */
  readonly launching: { readonly bytes: number; readonly files: number } | undefined;
}

export interface Work {
  readonly milliseconds: number;
  /** Bytes: wait4's ru_maxrss. */
  readonly peakResident: number;
}
