/** Figures of benchmarks as people read them. */
import { formatSize } from "../system/text.ts";

const TIMES = [
  [1e-9, "ns"],
  [1e-6, "µs"],
  [1e-3, "ms"],
  [1, "s"],
] as const;

/** A time in seconds with three digits: `1.72 µs`. */
export function formatTime(seconds: number): string {
  // What would be rounded to 1000 is one of the next unit.
  const [size, unit] = TIMES.findLast(([scale]) => seconds >= scale * 0.9995) ?? TIMES[0];
  return `${threeDigits(seconds / size)} ${unit}`;
}

/** A figure of a benchmark, in the unit that benchstat gives it. */
export function formatFigure(value: number, unit: string): string {
  if (unit === "sec/op") return formatTime(value);
  if (unit.startsWith("B/")) return formatSize(Math.round(value));
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : threeDigits(value);
}

/** How much more or less: `-17.2%`, `+104%`. */
export function formatDelta(delta: number): string {
  const percent = delta * 100;
  if (!Number.isFinite(percent)) return "+∞%";
  const digits = Math.abs(percent) < 99.95 ? 1 : 0;
  const text = percent.toFixed(digits);
  // What is rounded to nothing has no sign of its own.
  return Number(text) === 0 ? "+0.0%" : `${percent > 0 ? "+" : ""}${text}%`;
}

/** A chance as benchstat prints it: `p=0.043`; what it rounds to nothing is `p<0.001`. */
export function formatChance(p: number): string {
  return p < 0.0005 ? "p<0.001" : `p=${p.toFixed(3)}`;
}

/** The half width of a confidence interval, as part of the median: `±2%`. */
export function formatSpread(spread: number | undefined): string {
  return spread === undefined ? "±∞" : `±${Math.round(spread * 100)}%`;
}

/** `12 %`, of a change of -0.12. */
export function formatPart(change: number): string {
  const percent = Math.abs(change) * 100;
  return `${percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** A duration in seconds: `8.1 s`, `1 min 50 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 99.95) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
