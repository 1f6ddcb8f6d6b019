/**
 * mgo's pages in a real browser: nothing overflows, nothing is fetched, everything can be read, in both
 * schemes.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Cell, Comparison } from "../../src/bench/comparison.ts";
import { renderBenchPage } from "../../src/bench/page.ts";
import { Results } from "../../src/bench/results.ts";
import { judge } from "../../src/bench/verdict.ts";
import { conclude } from "../../src/bench/words.ts";
import { openBundle } from "../../src/bundle/read.ts";
import { measureSizes } from "../../src/bundle/sizes.ts";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { renderSizesPage } from "../../src/page/sizes.ts";
import { scratch } from "../support/folders.ts";
import { LIMIT } from "../support/run.ts";
import { buildBundle, UNSTRIPPED } from "../support/variants.ts";

const program = Bun.which("chromium") ?? Bun.which("chromium-browser") ?? Bun.which("google-chrome");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(scratch, "pages-"));

let browser: Browser;
let pages: Readonly<Record<string, string>>;

beforeAll(async () => {
  if (program === null) return;
  // Under root, as in containers, Chromium's own sandbox does not work.
  browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"], timeout: LIMIT });
  const sizes = await measureSizes(await openBundle(await buildBundle({ kind: UNSTRIPPED })));
  pages = {
    "many benchmarks": await benchPage(32, sizes),
    "one benchmark": await benchPage(1, undefined),
    sizes: renderSizesPage(sizes, "0.1.0"),
  };
});
afterAll(async () => browser?.close());

const NAMES = [
  "Sum",
  "Union/sparse/with=many,sub=benchmarks/size=1048576/alignment=unaligned/and-no-place-to-break-it-anywhere-at-all",
  '<script>alert("x")</script>&',
  "Ünïcödé/größe=1",
] as const;

/** Gains and losses from nothing to many times, some of them by chance. */
async function benchPage(
  count: number,
  sizes: Parameters<typeof renderSizesPage>[0] | undefined,
): Promise<string> {
  const deltas = [0, -0.004, -0.5, 0.3, -0.12, 12, 0.02] as const;
  const cell = (base: number, delta: number, isBase: boolean, isSignificant: boolean): Cell => ({
    median: base * (1 + delta),
    spread: isBase ? 0.01 : undefined,
    delta,
    isSignificant: !isBase && isSignificant,
    p: isBase ? undefined : isSignificant ? 0 : 0.42,
  });
  const rows = Array.from({ length: count }, (_, index) => ({
    pkg: `github.com/somebody/some-module-with-a-long-name/v2/internal/package${Math.floor(index / 10)}`,
    name: `${NAMES[index % NAMES.length]}-16`,
    cells: new Map(
      LEVELS.map((level, at): [Level, Cell] => {
        const delta = at === 0 ? 0 : (deltas[(index + at) % deltas.length] ?? 0);
        return [level, cell(10 ** -(index % 9), delta, at === 0, (index + at) % 3 > 0)];
      }),
    ),
  }));
  const time: Comparison = {
    unit: "sec/op",
    base: "v1",
    levels: LEVELS,
    rows,
    geomean: new Map(LEVELS.map((level, at) => [level, { median: 1e-3, delta: -0.1 * at }])),
  };
  const verdict = await judge(LEVELS, async () => time);
  const report = {
    command: "mgo bench ./... -bench 'Union|Sum' --html report.html",
    machine: { cpu: "An Enterprise Processor 9999 with 128 Cores @ 3.50GHz", cpus: 128, kernel: "6.18.0" },
    goVersion: "go1.26.8",
    levels: LEVELS,
    missing: [],
    rounds: 10,
    results: new Results(LEVELS),
    incomplete: [{ pkg: "example.com/a", name: "Bad-16", missing: ["v4"] as const }],
    failures: 1,
    compared: {
      time,
      others: [{ ...time, unit: "B/op" }],
      verdict,
      conclusion: conclude(time, verdict, [], 10),
    },
    sizes,
  };
  return renderBenchPage(report, report.compared, "0.1.0");
}

const NAMES_OF_PAGES = ["many benchmarks", "one benchmark", "sizes"] as const;
const cases = NAMES_OF_PAGES.flatMap((name) =>
  (["light", "dark"] as const).flatMap((scheme) =>
    [1280, 400].map((width) => [name, scheme, width] as const),
  ),
);

describe.skipIf(program === null)("the page", () => {
  test.each(cases)(
    "about %s, %s, %d pixels wide, fits, fetches nothing and can be read",
    async (name, scheme, width) => {
      const found = await look(name, scheme, width, async (page) => {
        // axe is the test's own: the page's policy lets no script in.
        await page.evaluate(axe);
        return await page.evaluate(`(async () => {
        const style = getComputedStyle(document.documentElement);
        const named = ["v1", "v2", "v3", "v4", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];
        const { violations } = await axe.run();
        const text = document.body.innerText;
        return {
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          violations: violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")),
          page: style.getPropertyValue("--page").trim(),
          shapes: named.map((shape) => style.getPropertyValue("--" + shape).trim()),
          scripts: document.querySelectorAll("script").length,
          hasText: text.includes("v4") && !/NaN|undefined|Infinity/.test(text),
        };
      })()`);
      });
      const { page, shapes, ...rest } = found.result as { page: string; shapes: readonly string[] };
      expect(found.messages).toEqual([]);
      expect(found.requests).toEqual([]);
      expect<unknown>(rest).toEqual({ overflow: 0, violations: [], scripts: 0, hasText: true });
      for (const shape of shapes) expect(contrast(shape, page)).toBeGreaterThanOrEqual(3);
    },
  );

  test("tells names that look like HTML from HTML", () => {
    expect(pages["many benchmarks"]).toContain("&lt;script&gt;");
    expect(pages["many benchmarks"]).not.toContain("<script>");
  });
});

/** Opens a page of its own file, and notes what it says on the console and what it asks for. */
async function look(
  name: string,
  colorScheme: "light" | "dark",
  width: number,
  ask: (page: Page) => Promise<unknown>,
) {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, pages[name] ?? "");
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  try {
    context.setDefaultTimeout(LIMIT);
    const page = await context.newPage();
    const messages: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(Bun.pathToFileURL(path).href);
    const loaded = requests.filter((url) => !url.startsWith("data:")).slice(1);
    return { messages, requests: loaded, result: await ask(page) };
  } finally {
    await context.close();
  }
}

/** WCAG 2.2's contrast ratio of two colours #rrggbb. */
function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
