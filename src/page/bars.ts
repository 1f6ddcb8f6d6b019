/** Bars of relative changes: one for each level of each row, around a common zero. */

import type { Level } from "../levels/level.ts";
import { formatDelta } from "../system/figures.ts";
import { escapeHtml, escapeName, picture } from "./document.ts";

export interface Bar {
  readonly level: Level;
  /** The change relative to the base: -0.2 is 20 % less. */
  readonly delta: number;
  /** Whether it is more than chance; other bars are drawn as outlines. */
  readonly isSignificant: boolean;
  /** Text beside the bar. */
  readonly figure: string;
}

export interface BarRow {
  readonly name: string;
  /** Text beneath the name. */
  readonly detail: string;
  readonly bars: readonly Bar[];
}

/** The ends of all bars, relative to the base. */
export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** Units of the picture's width, which is stretched to that of the page. */
const WIDTH = 1000;
const HEIGHT = 16;
/** The least width of a scale, so that small differences look small. */
const NARROWEST = 0.1;

/**
 * Returns a scale for all of these bars. It cuts the longest twentieth of the bars to the right if the others
 * would be too short beside them.
 */
export function scaleOf(bars: readonly Bar[]): Scale {
  const deltas = bars
    .map(({ delta }) => delta)
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  const low = Math.min(0, ...deltas);
  const longest = Math.max(0, ...deltas);
  const usual = Math.max(-low, deltas[Math.floor((deltas.length - 1) * USUAL)] ?? 0);
  const high = longest > 2 * usual ? usual : longest;
  const more = Math.max(0, NARROWEST - (high - low)) / 2;
  return { low: niceBelow(low - more), high: -niceBelow(-(high + more)) };
}

/** The part of the bars that is not cut. */
const USUAL = 0.95;

/** Returns the next of 2.5 %, 5 %, 10 %, 20 %, 30 %, … further away from zero. */
function niceBelow(part: number): number {
  const steps = [0.025, 0.05];
  const step = steps.find((known) => -part <= known) ?? Math.ceil(-part * 10 - 1e-9) / 10;
  return part === 0 ? 0 : -step;
}

export function renderBars(rows: readonly BarRow[], scale: Scale): string {
  const lines = rows.map(({ name, detail, bars }, index) => {
    const small = detail === "" ? "" : `<small>${escapeHtml(detail)}</small>`;
    const rowCount = Math.max(1, bars.length);
    const heading = `<div class="name" style="--rows:${rowCount}">${escapeName(name)}${small}</div>`;
    const gap = index === 0 ? "" : '<div class="gap"></div>\n';
    return `${gap}${heading}\n${bars.map((bar) => renderBar(bar, name, scale)).join("\n")}`;
  });
  return `<div class="bars">\n${axis(scale)}\n${lines.join("\n")}\n</div>`;
}

function axis({ low, high }: Scale): string {
  const labels = [low, 0, high].filter((part, index, all) => all.indexOf(part) === index);
  // A label in the middle of the axis would be beside zero, which the line shows.
  const ends = low === 0 || high === 0 ? labels : [low, high];
  const words = ends.map((part) => `<span>${part === 0 ? "same" : axisLabel(part)}</span>`);
  return `<div class="axis">${words.join("")}</div>`;
}

function axisLabel(part: number): string {
  const text = formatDelta(part).replace(".0%", "%").replace("-", "−").replace("%", " %");
  return part < 0 ? `← ${text}` : `${text} →`;
}

function renderBar({ level, delta, isSignificant, figure }: Bar, name: string, { low, high }: Scale): string {
  const at = (part: number): number => ((Math.min(Math.max(part, low), high) - low) / (high - low)) * WIDTH;
  const zero = at(0);
  const [start, end] = [Math.min(zero, at(delta)), Math.max(zero, at(delta))];
  const shown = delta > high ? `» ${figure}` : figure;
  const title = `${name}, ${level}: ${figure}`;
  const kind = isSignificant ? (delta < 0 ? "better" : "worse") : "same";
  const box = `x="${round(start)}" y="3" width="${round(Math.max(end - start, 1))}" height="${HEIGHT - 6}"`;
  const shapes = [
    `<title>${escapeHtml(title)}</title>`,
    `<rect class="${level}${isSignificant ? "" : " open"}" ${box}/>`,
    `<line class="zero" x1="${round(zero)}" y1="0" x2="${round(zero)}" y2="${HEIGHT}"/>`,
  ];
  return [
    `<div class="level ${level}">${level}</div>`,
    `<div class="bar">${picture(WIDTH, HEIGHT, title, shapes)}</div>`,
    `<div class="figure ${kind}">${escapeHtml(shown)}</div>`,
  ].join("");
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** A list of the meanings of colours and outlines. */
export function barsKey(levels: readonly Level[], base: Level, isCut: boolean): string {
  const items = [
    ...levels.map((level) => `<li class="${level}"><i></i><b>${level}</b></li>`),
    `<li class="${levels[0] ?? base}"><i class="open"></i><b>outline: may be chance</b></li>`,
    `<li><b>left of the line: less time than ${base}</b></li>`,
    ...(isCut ? ["<li><b>»: longer than shown</b></li>"] : []),
  ];
  return `<ul class="key">${items.join("")}</ul>`;
}
