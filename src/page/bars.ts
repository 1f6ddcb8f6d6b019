/** Bars that say how much more or less something takes: one for each level of each row, around a common zero. */

import type { Level } from "../levels/level.ts";
import { formatDelta } from "../system/figures.ts";
import { escapeHtml, escapeName } from "./document.ts";

export interface Bar {
  readonly level: Level;
  /** As part of the base: -0.2 is 20 % less. */
  readonly delta: number;
  /** Whether it is more than chance; others are drawn as outlines. */
  readonly isSignificant: boolean;
  /** Beside the bar. */
  readonly figure: string;
}

export interface BarRow {
  readonly name: string;
  /** Beneath the name. */
  readonly detail: string;
  readonly bars: readonly Bar[];
}

/** From where to where bars go, as parts of the base. */
export interface Scale {
  readonly low: number;
  readonly high: number;
}

/** Units of the picture's width; it is stretched to the room that there is. */
const WIDTH = 1000;
const HEIGHT = 16;
/** Small differences look small. */
const NARROWEST = 0.1;

/**
 * A scale for all of these bars. Of what takes more, the longest twentieth end at the edge where the others would be too
 * short to be told apart.
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

/** Which part of the bars is not longer than usual. */
const USUAL = 0.95;

/** The next of 2.5 %, 5 %, 10 %, 20 %, 30 % … further away from zero. */
function niceBelow(part: number): number {
  const steps = [0.025, 0.05];
  const step = steps.find((known) => -part <= known) ?? Math.ceil(-part * 10 - 1e-9) / 10;
  return part === 0 ? 0 : -step;
}

export function renderBars(rows: readonly BarRow[], scale: Scale): string {
  const lines = rows.map(({ name, detail, bars }, index) => {
    const heading = `<div class="name" style="--rows:${Math.max(1, bars.length)}">${escapeName(name)}${detail === "" ? "" : `<small>${escapeHtml(detail)}</small>`}</div>`;
    const gap = index === 0 ? "" : '<div class="gap"></div>\n';
    return `${gap}${heading}\n${bars.map((bar) => renderBar(bar, name, scale)).join("\n")}`;
  });
  return `<div class="bars">\n${axis(scale)}\n${lines.join("\n")}\n</div>`;
}

function axis({ low, high }: Scale): string {
  const labels = [low, 0, high].filter((part, index, all) => all.indexOf(part) === index);
  // Words in the middle of the axis stand at zero only where that is the middle: the line shows zero itself.
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
  return `<div class="level ${level}">${level}</div><div class="bar"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(title)}"><title>${escapeHtml(title)}</title><rect class="${level}${isSignificant ? "" : " open"}" x="${round(start)}" y="3" width="${round(Math.max(end - start, 1))}" height="${HEIGHT - 6}"/><line class="zero" x1="${round(zero)}" y1="0" x2="${round(zero)}" y2="${HEIGHT}"/></svg></div><div class="figure ${kind}">${escapeHtml(shown)}</div>`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** What the colours and outlines mean. */
export function barsKey(levels: readonly Level[], base: Level, isCut: boolean): string {
  const items = levels.map((level) => `<li class="${level}"><i></i><b>${level}</b></li>`);
  const first = levels[0] ?? base;
  return `<ul class="key">${items.join("")}<li class="${first}"><i class="open"></i><b>outline: may be chance</b></li><li><b>left of the line: less time than ${base}</b></li>${isCut ? "<li><b>»: longer than shown</b></li>" : ""}</ul>`;
}
