/** Figures of benchmarks as people read them. */
import { formatDigits, formatSize, formatTime } from "../system/figures.ts";

/** A benchmark's figure, in the unit that benchstat gives it. */
export function formatFigure(value: number, unit: string): string {
  if (unit === "sec/op") return formatTime(value);
  if (unit.startsWith("B/")) return formatSize(Math.round(value));
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : formatDigits(value);
}

/** A probability as benchstat prints it, `p=0.043`; what would round to zero is `p<0.001`. */
export function formatChance(p: number): string {
  return p < 0.0005 ? "p<0.001" : `p=${p.toFixed(3)}`;
}

/** The half width of a confidence interval, relative to the median: `±2%`. */
export function formatSpread(spread: number | undefined): string {
  return spread === undefined ? "±∞" : `±${Math.round(spread * 100)}%`;
}

/** The size of a relative change, without its sign: `12 %`. */
export function formatPart(change: number): string {
  const percent = Math.abs(change) * 100;
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}
