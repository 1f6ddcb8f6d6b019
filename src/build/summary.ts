/**
 * What mgo says about a finished bundle, on a terminal and with -v.
 */
import type { Level } from "../level.ts";
import { formatRatio, formatSize } from "../text.ts";

/** Sizes in bytes. */
export interface Summary {
  /** The bundle, as the user named it. */
  readonly name: string;
  readonly size: number;
  /** The variants' sizes, by level. */
  readonly variants: ReadonlyMap<Level, number>;
  /** The whole run's time. */
  readonly seconds: number;
}

/** One line: `mgo: hello: 1.8 MB, 0.46× one plain build of 3.9 MB, 4 variants in 7.1 s`. */
export function formatSummary({ name, size, variants, seconds }: Summary): string {
  const time = `${seconds.toFixed(1)} s`;
  // The lowest level is what a plain `go build` would have made.
  const [lowest] = variants;
  if (lowest === undefined || variants.size === 1) {
    return `mgo: ${name}: ${formatSize(size)}, ${lowest?.[0] ?? ""} alone, in ${time}`;
  }
  const ratio = `${formatRatio(size / lowest[1])} one plain build of ${formatSize(lowest[1])}`;
  return `mgo: ${name}: ${formatSize(size)}, ${ratio}, ${variants.size} variants in ${time}`;
}
