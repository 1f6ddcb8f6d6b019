/**
 * What mgo says about a finished bundle, on a terminal and with -v.
 */
import { defaultBase, type Level } from "../levels/level.ts";
import { formatDuration, formatRatio, formatSize } from "../system/figures.ts";
import type { Options } from "./options.ts";

/** Sizes in bytes. */
export interface Summary {
  /** The bundle, as the user named it. */
  readonly name: string;
  readonly size: number;
  /** The variants' sizes, by level. */
  readonly variants: ReadonlyMap<Level, number>;
  /** The variant that the others are stored as differences from: one plain build, as for `mgo inspect`. */
  readonly base: Level;
  /** The whole run's time. */
  readonly seconds: number;
}

/** The base that the encoder takes: the one that is asked for, else v3, else the highest. */
export function summaryBase({ base, levels }: Pick<Options, "base" | "levels">): Level {
  return base ?? defaultBase(levels) ?? "v1";
}

/** One line: `mgo: hello: 1.8 MB, 0.46× one plain build of 3.9 MB, 4 variants in 7.1 s`. */
export function formatSummary({ name, size, variants, base, seconds }: Summary): string {
  const time = formatDuration(seconds);
  const plain = variants.get(base) ?? size;
  if (variants.size === 1) return `mgo: ${name}: ${formatSize(size)}, ${base} alone, in ${time}`;
  const ratio = `${formatRatio(size / plain)} one plain build of ${formatSize(plain)}`;
  return `mgo: ${name}: ${formatSize(size)}, ${ratio}, ${variants.size} variants in ${time}`;
}
