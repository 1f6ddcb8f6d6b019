/**
 * The style of mgo's pages. Series have the colours of Okabe and Ito, which stay apart for every kind of
 * colour vision (https://jfly.uni-koeln.de/color/), darker or lighter where the background asks for it:
 * shapes have a contrast of 3 at the least, texts one of 4.5 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export const STYLE = `:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1c2128; --quiet: #57606a; --line: #d0d7de; --rule: #8c959f; --box: #f6f8fa;
  --better: #1a6b34; --worse: #a8330b;
  --v1: #6e7781; --v2: #0072b2; --v3: #c25400; --v4: #00795a;
  --p1: #0072b2; --p2: #d55e00; --p3: #008f68; --p4: #b4558b; --p5: #7d6b00; --p6: #6e7781; --p7: #3f4650;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --text: #e6edf3; --quiet: #9aa4af; --line: #30363d; --rule: #6e7681; --box: #161b22;
    --better: #56d27a; --worse: #ff9a6b;
    --v1: #9aa4af; --v2: #56b4e9; --v3: #f0a33a; --v4: #2cc295;
    --p1: #56b4e9; --p2: #f0a33a; --p3: #2cc295; --p4: #e08cbb; --p5: #d8c84a; --p6: #9aa4af; --p7: #d0d7de;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif;
}
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: .95rem; margin: 1.25rem 0 .25rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; max-width: 48rem; }
code { font: .9em/1.4 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); font-size: .875rem; }
.verdict { border-left: 4px solid var(--rule); background: var(--box); padding: .75rem 1rem; margin: 1rem 0; }
.verdict p { max-width: none; }
.verdict p:first-child { font-size: 1.15rem; font-weight: 600; margin-top: 0; }
.verdict p:last-child { margin-bottom: 0; }
.verdict.gain { border-left-color: var(--better); }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0; }
.facts dt { color: var(--quiet); font-size: .8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.key {
  display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .5rem 0;
  font-size: .875rem;
}
.key i {
  display: inline-block; width: .8em; height: .8em; margin-right: .4em; border: 2px solid currentColor;
  background: currentColor;
}
.key i.open { background: none; }
.key b { color: var(--text); font-weight: normal; }
.bars {
  display: grid;
  grid-template-columns: minmax(8rem, 22rem) 2rem minmax(0, 1fr) minmax(8.5rem, max-content);
  column-gap: .5rem; align-items: center; font-size: .875rem;
}
.bars > .name { grid-column: 1; grid-row-end: span var(--rows); align-self: start; overflow-wrap: anywhere; }
.bars > .name small { display: block; color: var(--quiet); }
.bars > .level { grid-column: 2; }
.bars > .bar { grid-column: 3; }
.bars > .figure {
  grid-column: 4; font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap;
}
.bars > .gap { grid-column: 1 / -1; border-top: 1px solid var(--line); margin: .3rem 0; }
.bars > .axis {
  grid-column: 3; display: flex; justify-content: space-between; color: var(--quiet); font-size: .8rem;
}
.bars svg, .stack svg { display: block; width: 100%; }
.bars svg { height: 1.1rem; }
.bars .zero { stroke: var(--quiet); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.bars rect { stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.bars rect.open { fill: none; }
.v1 { color: var(--v1); fill: var(--v1); stroke: var(--v1); }
.v2 { color: var(--v2); fill: var(--v2); stroke: var(--v2); }
.v3 { color: var(--v3); fill: var(--v3); stroke: var(--v3); }
.v4 { color: var(--v4); fill: var(--v4); stroke: var(--v4); }
.p1 { color: var(--p1); fill: var(--p1); }
.p2 { color: var(--p2); fill: var(--p2); }
.p3 { color: var(--p3); fill: var(--p3); }
.p4 { color: var(--p4); fill: var(--p4); }
.p5 { color: var(--p5); fill: var(--p5); }
.p6 { color: var(--p6); fill: var(--p6); }
.p7 { color: var(--p7); fill: var(--p7); }
.better { color: var(--better); } .worse { color: var(--worse); } .same { color: var(--quiet); }
.stack {
  display: grid; grid-template-columns: max-content minmax(0, 1fr) max-content; gap: .35rem .6rem;
  align-items: center; font-size: .875rem;
}
.stack svg { height: 1.4rem; }
.stack > .figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.stack rect { stroke: var(--page); stroke-width: 1; vector-effect: non-scaling-stroke; }
.scroll {
  overflow-x: auto; margin: 1rem 0 .5rem; border: 1px solid var(--line); border-radius: 4px;
  position: relative;
}
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td {
  padding: .3rem .6rem; text-align: right; white-space: nowrap; border-top: 1px solid var(--line);
  font-weight: normal;
}
thead th, thead td { border-top: 0; color: var(--quiet); background: var(--box); }
tbody th {
  text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 14rem; max-width: 24rem;
  position: sticky; left: 0; background: var(--page);
}
tbody th[colspan] { color: var(--quiet); max-width: none; background: var(--box); }
tbody tr.mean th, tbody .mean { font-weight: 600; }
@media (max-width: 40rem) {
  .bars { grid-template-columns: 1.75rem minmax(0, 1fr) minmax(8.5rem, max-content); }
  .bars > .name { grid-column: 1 / -1; grid-row-end: auto; margin-top: .2rem; }
  .bars > .level { grid-column: 1; } .bars > .bar { grid-column: 2; } .bars > .figure { grid-column: 3; }
  .bars > .axis { grid-column: 2; }
  tbody th { position: static; min-width: 8rem; max-width: 11rem; }
}
@media print { .scroll { overflow: visible; } }
`;
