/** Figures as mgo prints them. */

const SIZES = ["B", "kB", "MB", "GB"];

/** A size in decimal units, with one decimal below 100: `512 B`, `11.4 MB`, `123 MB`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < SIZES.length - 1; unit++) value /= 1000;
  return `${value.toFixed(unit > 0 && value < 99.95 ? 1 : 0)} ${SIZES[unit]}`;
}

/** A ratio: `0.52×`. */
export function formatRatio(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** A relative change: `-17.2%`, `+104%`; `+∞%` from zero, `?` where there is none. */
export function formatDelta(delta: number): string {
  const percent = delta * 100;
  if (Number.isNaN(percent)) return "?";
  if (!Number.isFinite(percent)) return "+∞%";
  const text = percent.toFixed(Math.abs(percent) < 99.95 ? 1 : 0);
  // A change that rounds to zero has no sign.
  return Number(text) === 0 ? "+0.0%" : `${percent > 0 ? "+" : ""}${text}%`;
}

/** A duration in seconds: `8.1 s`, `12 s`, `1 min 50 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 99.5) return `${seconds.toFixed(seconds < 9.95 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A time in milliseconds, for columns where all have this unit: `12.9 ms`, `−0.1 ms`. */
export function formatMilliseconds(milliseconds: number): string {
  return `${milliseconds < 0 ? "−" : ""}${Math.abs(milliseconds).toFixed(1)} ms`;
}

const TIMES = [
  [1e-9, "ns"],
  [1e-6, "µs"],
  [1e-3, "ms"],
  [1, "s"],
] as const;

/** A measured time in seconds, with three digits: `1.72 µs`. */
export function formatTime(seconds: number): string {
  // A time that would round to 1000 belongs to the next unit.
  const [scale, unit] = TIMES.findLast(([known]) => seconds >= known * 0.9995) ?? TIMES[0];
  return `${formatDigits(seconds / scale)} ${unit}`;
}

/** A number with three digits: `1.72`, `17.2`, `172`. */
export function formatDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}
