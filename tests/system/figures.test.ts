/** Figures as mgo prints them. */
import { expect, test } from "bun:test";
import { formatDelta, formatDuration, formatSize, formatTime } from "../../src/system/figures.ts";

test("a size has one decimal below 100, in the largest unit that it fills", () => {
  const sizes = [0, 999, 1000, 99_949, 99_950, 999_499, 999_500, 11_400_000, 5e12];
  expect(sizes.map(formatSize)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "99.9 kB",
    "100 kB",
    "999 kB",
    "1.0 MB",
    "11.4 MB",
    "5000 GB",
  ]);
});

test("a measured time has three digits", () => {
  expect([0, 1.234e-9, 9.999e-7, 1.5e-3, 12.34, 1e3].map(formatTime)).toEqual([
    "0.00 ns",
    "1.23 ns",
    "1.00 µs",
    "1.50 ms",
    "12.3 s",
    "1000 s",
  ]);
});

test("a change has its sign, unless it rounds to nothing", () => {
  expect([-0.1234, 0.00001, -0.00001, 1.52, 12, Number.POSITIVE_INFINITY].map(formatDelta)).toEqual([
    "-12.3%",
    "+0.0%",
    "+0.0%",
    "+152%",
    "+1200%",
    "+∞%",
  ]);
});

test("a duration is told in the two largest units", () => {
  expect([0.04, 9.94, 12, 99.4, 110, 119.7, 3725].map(formatDuration)).toEqual([
    "0.0 s",
    "9.9 s",
    "12 s",
    "99 s",
    "1 min 50 s",
    "2 min 0 s",
    "1 h 2 min",
  ]);
});
