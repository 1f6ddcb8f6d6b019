/** Lines about finished variants and bundles, on a terminal and with -v. */
import type { Level } from "../levels/level.ts";
import { formatDuration, formatRatio, formatSize } from "../system/figures.ts";

/** Sizes in bytes. */
export interface Summary {
  /** The bundle, as the user named it. */
  readonly name: string;
  readonly size: number;
  /** The variant that the others are stored as differences from. */
  readonly base: Level;
  /** The size of that variant: one plain build, as for `mgo inspect`. */
  readonly plainSize: number;
  readonly levelCount: number;
  /** The whole run's time. */
  readonly seconds: number;
}

/** One line: `mgo: hello: 1.8 MB, 0.46× one plain build of 3.9 MB, 4 variants in 7.1 s`. */
export function formatSummary({ name, size, base, plainSize, levelCount, seconds }: Summary): string {
  const time = formatDuration(seconds);
  if (levelCount === 1) return `mgo: ${name}: ${formatSize(size)}, ${base} alone, in ${time}`;
  const ratio = `${formatRatio(size / plainSize)} one plain build of ${formatSize(plainSize)}`;
  return `mgo: ${name}: ${formatSize(size)}, ${ratio}, ${levelCount} variants in ${time}`;
}

/** One line: `mgo: v3 built in 2.4 s`. */
export function formatBuilt(level: Level, seconds: number): string {
  return `mgo: ${level} built in ${formatDuration(seconds)}`;
}
