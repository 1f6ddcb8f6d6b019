/** What a run of the bench finds out: what `--json` writes, `--from` reads, and table and chart show. */
import type { Level } from "../../src/levels/level.ts";

export interface Report {
  readonly machine: Machine;
  /** The options that shape the figures. */
  readonly rounds: number;
  readonly programs: readonly ProgramFigures[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  /** How many the programs may use. */
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
  /** The variant that stands for a plain build, and that the others are stored as differences from. */
  readonly base: Level;
  readonly plain: {
    /** Bytes. */
    readonly size: number;
    /** Milliseconds of a whole run, by each level that the CPU has. */
    readonly starts: readonly { readonly level: Level; readonly time: Spread }[];
    /** Bytes of four processes. */
    readonly four: number | undefined;
  };
  readonly bundles: readonly BundleFigures[];
  /** A second `mgo build` of the unchanged program. */
  readonly secondBuild: Work | undefined;
}

export interface BundleFigures {
  /** `packed`, `packed fast`, `direct`, or a peer's name. */
  readonly kind: string;
  readonly size: number;
  /** How `mgo pack` made it; undefined for a peer's. */
  readonly encoding: Work | undefined;
  /** The base first; of peers, it alone. */
  readonly starts: readonly StartFigures[];
  readonly four: number | undefined;
}

export interface StartFigures {
  readonly level: Level;
  /** Milliseconds that a run takes longer than that of the same variant by itself in the same round. */
  readonly added: Spread;
  /** Bytes, the largest of all rounds: the program's own memory is in it. wait4's ru_maxrss. */
  readonly peakResident: number;
  /**
   * Until the launcher executes the program: bytes of its memory, and in it of files in memory. Undefined
   * where nothing is executed.
   */
  readonly launching: { readonly bytes: number; readonly files: number } | undefined;
}

export interface Work {
  readonly milliseconds: number;
  /** Bytes: wait4's ru_maxrss. */
  readonly peakResident: number;
}

/** The peer that starts are compared with. */
export const ORIGINAL = "original";
