/** Beside `style`: of the page of experiments. Its pictures have rules of their own. */
export const experimentsStyle = `
body { max-width: 165rem; }
.experiments { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--widest)), 1fr)); gap: 1.25rem; align-items: start; }
.experiment { min-width: 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); padding: .9rem 1rem 1rem; }
.experiment.several { grid-column: 1 / -1; }
.experiment > h2 { margin: 0; font-size: 1.15rem; }
.runs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--widest)), 1fr)); gap: 1.25rem; align-items: start; }
.run { min-width: 0; }
.run > h3 { margin: .6rem 0 0; }
.run > h3 .whose { display: none; }
.picture { margin: .8rem 0; overflow-x: auto; }
.stage { position: relative; width: max-content; margin: 0 auto; }
.stage svg { display: block; }
.stage.narrow, .stage.roomy { display: none; }
.printed { display: none; }
.beside { display: contents; }
.cursor, .veil { position: absolute; left: 0; right: 0; pointer-events: none; }
.cursor { border-left: 4px solid var(--accent); }
.cursor::before { content: ""; position: absolute; inset: 0; background: var(--accent); opacity: .16; }
.veil { background: var(--card); opacity: .62; }
table.findings th { font-weight: 400; }
table.list { width: 100%; }
table.list td { font-size: .84rem; }
table.list td.at { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
table.list td.failed { color: var(--refuted); font-weight: 600; }
.experiment details { margin-top: .4rem; }
.experiment summary { cursor: pointer; }
.stepper { position: sticky; bottom: 0; z-index: 1; margin: .5rem 0; border: 1px solid var(--soft); border-radius: .5rem; background: var(--card); }
.stepper .bar { display: flex; flex-wrap: wrap; gap: .35rem; align-items: center; padding: .4rem .5rem; }
.stepper button, .tabs button, .side button, #none button { font: inherit; padding: .2rem .7rem; color: var(--ink); background: var(--card); border: 1px solid var(--soft);
  border-radius: .4rem; cursor: pointer; }
.stepper button[aria-disabled="true"] { color: var(--soft); border-color: var(--line); cursor: default; }
.stepper .count { margin: 0 .4rem; font-variant-numeric: tabular-nums; }
.stepper .keys { font-size: .84rem; }
.stepper .said { margin: 0; padding: .1rem .7rem .4rem; max-width: none; font-weight: 600; }
.stepper .moment { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: .3rem 1.5rem; align-items: start; max-height: 38vh; overflow: auto;
  padding: .5rem .7rem .6rem; border-top: 1px solid var(--line); font-size: .9rem; }
.stepper dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem .8rem; margin: 0; }
.stepper dt { color: var(--soft); }
.stepper dd { margin: 0; overflow-wrap: anywhere; }
.stepper table { width: 100%; }
.stepper caption { text-align: left; color: var(--soft); padding: 0 .6rem .15rem 0; }
.stepper th, .stepper td { padding: .12rem .6rem .12rem 0; }
.stepper tr.changed td { font-weight: 650; }
.tabs { display: flex; flex-wrap: wrap; gap: .35rem; margin: .6rem 0 0; }
.tabs button[aria-selected="true"] { background: var(--ink); color: var(--page); border-color: var(--ink); }
.side input { width: 100%; font: inherit; padding: .35rem .6rem; color: var(--ink); background: var(--card); border: 1px solid var(--soft); border-radius: .4rem; }
.side ul { list-style: none; margin: .4rem 0 0; padding: 0; }
.side a { display: block; padding: .28rem .5rem; border-radius: .3rem; text-decoration: none; font-size: .92rem; line-height: 1.3; overflow-wrap: anywhere; }
.side a:hover { text-decoration: underline; }
.side a[aria-current="true"] { background: var(--skipped-back); color: var(--ink); }
.side .name { display: block; font-size: .8rem; }
.side .count { font-size: .84rem; }
@media screen {
  .run.away { display: none; }
  .tabbed .run > h3 { display: none; }
  .run { container-type: inline-size; }
}
@media screen and (min-width: 1540px) {
  .shell.listed { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 1.25rem; align-items: start; }
  .side { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: .6rem .3rem .6rem 3px; }
  .side .toggle { display: none; }
}
@media screen and (max-width: 1539.9px) {
  .side { position: sticky; top: 0; z-index: 2; margin: 0 0 .8rem; padding: .4rem 0; background: var(--page); border-bottom: 1px solid var(--line); }
  .side .inside { max-height: 70vh; overflow-y: auto; padding: .5rem 3px 0; }
  .side .inside.closed { display: none; }
}
@container (min-width: 103rem) {
  .scene { display: grid; grid-template-columns: auto minmax(30rem, 1fr); gap: 1.25rem; }
  .beside { display: block; min-width: 0; }
  .scene .stepper { top: 1rem; bottom: auto; margin-top: .8rem; }
  .scene .stepper .moment { grid-template-columns: minmax(0, 1fr); max-height: 70vh; }
}
@container (min-width: 137.5rem) {
  .roomed .stage.wide { display: none; }
  .stage.roomy { display: block; }
}
@media screen and (min-width: 46.01rem) {
  .experiment { display: flex; flex-direction: column; }
  .experiment > h2, .experiment > .about { order: -1; }
}
@media screen and (max-width: 46rem) {
  .experiment { padding: .7rem .6rem; }
  .stage.wide { display: none; }
  .stage.narrow { display: block; }
  .stage.narrow svg { width: auto; max-width: 100%; height: auto; min-width: var(--least); }
  .stage.narrow { width: fit-content; }
  .tabs { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: thin; margin-inline: -4px; padding: 4px 4px .4rem; }
  .tabs button { flex: none; white-space: nowrap; }
  .stepper .bar { gap: .2rem; padding: .3rem; }
  .stepper button { padding: .2rem .45rem; font-size: .92rem; }
  .stepper .count { margin: 0 .1rem; font-size: .8rem; }
  .stepper .keys { display: none; }
  .stepper .said { padding-bottom: .25rem; line-height: 1.3; }
  .stepper .moment { grid-template-columns: minmax(0, 1fr); max-height: 30vh; line-height: 1.35; }
  .stepper thead { display: none; }
  .stepper tr { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); column-gap: .8rem; padding: .15rem 0; border-bottom: 1px solid var(--line); }
  .stepper td { padding: 0; border: 0; }
  .stepper td:nth-child(1) { order: 1; }
  .stepper td:nth-child(4) { order: 2; }
  .stepper td:nth-child(2), .stepper td:nth-child(3) { order: 3; font-size: .8rem; overflow-wrap: anywhere; color: var(--soft); }
}
@media print {
  body { margin: 0; padding: 0; max-width: none; background: #fff; }
  body > header, .side, .tabs, .stepper, #none { display: none; }
  .experiments, .runs { display: block; }
  .upright { page: upright; }
  .across { page: across; }
  .experiment { border: 0; border-radius: 0; padding: 0; background: none; }
  .experiment + .experiment, .run + .run { break-before: page; }
  .run { break-inside: avoid; }
  .run.in-parts { break-inside: auto; }
  .run > h3 { margin: 0; }
  .run > h3 .whose { display: inline; }
  .several > h2 { display: none; }
  .experiment > h2, .run > h3, .run > .aborted { break-after: avoid; }
  .experiment > p, .beside > p { max-width: none; margin: .15rem 0; font-size: .75rem; }
  .findings { font-size: .8rem; }
  .findings th, .findings td { padding: 0 .5rem; }
  .experiment details:not([open]) { display: none; }
  .picture { display: none; }
  .printed { display: block; margin: .5rem 0; }
  .printed svg { display: block; }
  .printed .part { break-inside: avoid; }
  .scroll { overflow: visible; }
}
@page { margin: 12mm; }
@page upright { size: portrait; }
@page across { size: landscape; }
`;
