/** Colours meet WCAG AA on their background in both schemes; verdicts are words, never colour alone. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fdfdfc; --card: #ffffff; --ink: #1d2329; --soft: #57606a; --line: #d5d9de; --accent: #0b57a4;
  --confirmed: #14632f; --confirmed-back: #dff3e4; --refuted: #a01d1d; --refuted-back: #fbe3e1;
  --qualified: #7a4b00; --qualified-back: #fcefd0; --skipped: #57606a; --skipped-back: #eceef0;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14181d; --card: #1b2027; --ink: #e4e8ec; --soft: #a3adb8; --line: #353d47; --accent: #7fb8f2;
    --confirmed: #8fdca5; --confirmed-back: #173523; --refuted: #ffaaa3; --refuted-back: #451d1c;
    --qualified: #f2c76b; --qualified-back: #3c2f10; --skipped: #a3adb8; --skipped-back: #2a3038;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 68rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
body:lang(zh) { line-height: 1.65; font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .35rem; }
p { margin: .35rem 0; max-width: 46rem; }
code, .mono, table.sockets { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .84rem; }
a { color: var(--accent); }
.soft { color: var(--soft); }
.controls { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center;
  padding: .6rem 0; background: var(--page); border-bottom: 1px solid var(--line); }
.controls input { flex: 1 1 14rem; min-width: 0; font: inherit; padding: .35rem .6rem; color: var(--ink); background: var(--card);
  border: 1px solid var(--soft); border-radius: .4rem; }
.controls button { font: inherit; padding: .3rem .7rem; color: var(--ink); background: var(--card); border: 1px solid var(--soft);
  border-radius: 1rem; cursor: pointer; }
.controls button[aria-pressed="true"] { background: var(--ink); color: var(--page); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.case { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; background: var(--card); }
[id] { scroll-margin-top: 4rem; }
.case > summary { display: grid; grid-template-columns: 3.2rem 6.6rem 1fr auto; gap: .25rem .75rem; align-items: baseline; padding: .6rem .8rem;
  cursor: pointer; list-style: none; }
.case > summary::-webkit-details-marker { display: none; }
.case > summary::after { content: ""; grid-row: 1; grid-column: -2; align-self: center; width: .5rem; height: .5rem; margin: 0 .2rem;
  border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(45deg) translate(-.1rem, -.1rem); }
.case[open] > summary::after { transform: rotate(-135deg); }
.words { margin: .5rem 0; }
.case > summary .title { font-weight: 600; }
.case > summary .claim, .case > summary .because { grid-column: 3 / -1; font-size: .92rem; }
.case > summary .claim { color: var(--soft); }
.case > .body { padding: 0 .8rem 1rem; border-top: 1px solid var(--line); }
.id { font-weight: 650; }
.verdict { display: inline-block; padding: .05rem .5rem; border-radius: .3rem; font-size: .84rem; font-weight: 600; text-align: center;
  white-space: nowrap; }
.confirmed { color: var(--confirmed); background: var(--confirmed-back); }
.refuted { color: var(--refuted); background: var(--refuted-back); }
.qualified { color: var(--qualified); background: var(--qualified-back); }
.skipped { color: var(--skipped); background: var(--skipped-back); }
.scroll { overflow-x: auto; }
code, .title, .claim, .because, p, td { overflow-wrap: anywhere; }
table.sockets td { white-space: nowrap; }
ul.articles, ul.rules { margin: .35rem 0; padding-left: 1.3rem; max-width: 46rem; }
.meanings { display: grid; grid-template-columns: max-content 1fr; gap: .3rem .7rem; margin: .6rem 0; max-width: 46rem; }
.meanings dd { margin: 0; }
.settings { max-width: 46rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); }
table.rows td[data-head] > div:not(:has(.soft)) { padding-left: 1rem; text-indent: -1rem; }
table.grid td.cell { text-align: center; font-weight: 600; border: 2px solid var(--card); white-space: nowrap; }
.case > .body > div:first-child > :first-child { margin-top: .35rem; }
.picture { margin: .6rem 0; overflow-x: auto; }
.events { list-style: none; margin: 0; padding: 0; font-size: .88rem; }
.events > li { padding: .12rem 0 .12rem 5.8rem; text-indent: -5.8rem; }
.events > li > * { text-indent: 0; }
.events .at { display: inline-block; min-width: 5.2rem; text-align: right; color: var(--soft); font-variant-numeric: tabular-nums; }
.events table { margin: .2rem 0 .4rem; }
.states { margin: 0; max-width: 46rem; }
.states svg { max-width: 100%; height: auto; }
.states figcaption { font-size: .88rem; }
.partial { padding: .5rem .8rem; color: var(--refuted); background: var(--refuted-back); border-radius: .4rem; }
.ids { margin: .6rem 0; }
.ids nav { display: flex; flex-wrap: wrap; gap: .2rem .7rem; padding: .3rem 0; }
svg text { fill: var(--ink); font: 11px ui-monospace, Menlo, Consolas, monospace; }
svg .state rect { fill: var(--card); stroke: var(--line); }
svg .state.visited rect { fill: var(--qualified-back); stroke: var(--qualified); stroke-width: 1.6; }
svg .state.passed rect { stroke: var(--qualified); stroke-width: 1.6; stroke-dasharray: 4 3; }
svg .edge { stroke: var(--soft); fill: none; }
svg .label { fill: var(--soft); }
[hidden] { display: none !important; }
@media screen and (min-width: 100rem) {
  body { max-width: 150rem; }
  .before { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1rem; align-items: start; }
  main > section[data-verdict], #found { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1rem; }
  main > section > h2, main > section > p, .case[open] { grid-column: 1 / -1; }
  .case > summary .claim, .case > summary .because { max-width: 62rem; }
}
@media screen and (min-width: 144rem) {
  .case > .body { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 2rem; }
  .case > .body > div > :first-child { margin-top: .35rem; }
}
@media (max-width: 36rem) {
  body { padding: 1rem .6rem 3rem; }
  .case > summary { grid-template-columns: auto 1fr auto; }
  .case > summary .title, .case > summary .claim, .case > summary .because { grid-column: 1 / -1; }
  .controls { position: static; }
  table.rows, table.rows tbody { display: block; }
  table.rows thead, table.rows td:empty { display: none; }
  table.rows tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line); }
  table.rows td { display: block; padding: .1rem 0; border: 0; }
  table.rows td[data-head]::before { content: attr(data-head) ": "; color: var(--soft); font-weight: 600; }
  table.rows td[data-head]:lang(zh)::before { content: attr(data-head) "："; }
  .case > summary .verdict { justify-self: start; }
  table.grid td.cell { white-space: normal; overflow-wrap: normal; }
  table.grid th, table.grid td { padding: .2rem .35rem; }
  .events > li { padding-left: 1rem; text-indent: -1rem; }
  .events .at { min-width: 0; margin-right: .5rem; }
}
@media print {
  :root { color-scheme: light; }
  body { margin: 0; padding: 0; max-width: none; }
  .controls, .ids, #none, .click, .case > summary::after, .words > summary { display: none; }
  .words::details-content { content-visibility: visible; block-size: auto; }
  .case { break-inside: avoid; }
  .case[open] { break-inside: auto; break-before: page; border: 0; }
  section > .case[open]:first-of-type { break-before: auto; }
  table.rows { font-size: .8rem; }
  h2, h2 + p, h3, .case > summary, .body p, details > summary { break-after: avoid; }
  tr, li, .body p, .picture, table.grid { break-inside: avoid; }
  .scroll, .picture { overflow: visible; }
  .happened:not(:has(details[open])), .happened details:not([open]) { display: none; }
  table.sockets { font-size: .75rem; }
  table.sockets th, table.sockets td { white-space: normal; padding: .15rem .4rem; }
  .picture svg { max-width: 100%; height: auto; }
}
@page { margin: 12mm; }
`;
