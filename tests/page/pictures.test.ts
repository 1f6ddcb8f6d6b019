/** The pictures of README and docs in a real browser: nothing is cut off, and text can be read on a phone. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { ROOT } from "../support/folders.ts";
import { LIMIT } from "../support/run.ts";

const program = Bun.which("chromium") ?? Bun.which("chromium-browser") ?? Bun.which("google-chrome");
/** Pixels that GitHub leaves a page on a phone, and the smallest letters that can be read there. */
const PHONE = 358;
const SMALLEST = 7;

/** Runs in the page. Boxes are higher than letters, so that those of lines which stand close touch. */
const FIND_FAULTS = `(() => {
  const { width, height } = document.querySelector("svg").viewBox.baseVal;
  const texts = [...document.querySelectorAll("text")].map((text) => [text.textContent, text.getBBox()]);
  const isOutside = (box) =>
    box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height;
  const cross = (one, other) =>
    Math.abs(one.y - other.y) < Math.min(one.height, other.height) / 2 &&
    one.x + 1 < other.x + other.width &&
    other.x + 1 < one.x + one.width;
  const isCrossed = (box, index) => texts.slice(index + 1).some(([, other]) => cross(box, other));
  return texts.filter(([, box], index) => isOutside(box) || isCrossed(box, index)).map(([text]) => text);
})()`;

let browser: Browser;

beforeAll(async () => {
  if (program === null) return;
  browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"], timeout: LIMIT });
});
afterAll(async () => browser?.close());

describe.skipIf(program === null).each(["bench", "terminal-light", "terminal-dark"])("%s.svg", (name) => {
  const picture = readFileSync(join(ROOT, "docs", `${name}.svg`), "utf8");

  test("has all text inside, and none upon another", async () => {
    const page = await browser.newPage();
    await page.setContent(`<body style="margin: 0">${picture}`);
    const faults: readonly string[] = await page.evaluate(FIND_FAULTS);
    await page.close();
    expect(faults).toEqual([]);
  });

  test("can be read on a phone", () => {
    const width = Number(/ width="(\d+)"/.exec(picture)?.[1]);
    const sizes = [...picture.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
    expect(Math.min(...sizes) * Math.min(1, PHONE / width)).toBeGreaterThanOrEqual(SMALLEST);
  });
});
