import { type ReportWords } from '../report-words.js';
import { verdictsIn } from '../verdicts.js';

/** What the script fills in, as texts with marks for the counts. */
function textsFor(words: ReportWords): string {
  const ofVerdict = Object.fromEntries(
    verdictsIn(words).map(([verdict]) => [verdict, words.ofVerdict('{count}', words.verdicts[verdict])]),
  );
  return JSON.stringify({ ofVerdict, shownOf: words.shownOf('{shown}', '{all}') }).replaceAll('<', '\\u003c');
}

/** Search and filter of the page. Without it the page is complete, only unfiltered. */
export function script(words: ReportWords): string {
  return `
const words = ${textsFor(words)};${body}`;
}

const body = `
const search = document.querySelector('#search');
const buttons = [...document.querySelectorAll('button[data-verdict]')];
const cases = [...document.querySelectorAll('.case')];
const homes = cases.map((item) => item.parentElement);
const sections = [...new Set(homes)];
const found = document.querySelector('#found');
const count = document.querySelector('#count');
const none = document.querySelector('#none');

/* Its diagram has the names of all states, those it never was in too, and its ladders name every state of both ends. */
const texts = new Map();
function textsOf(item) {
  if (!texts.has(item)) {
    const copy = item.cloneNode(true);
    for (const picture of copy.querySelectorAll('figure, svg')) picture.remove();
    const parts = [item.querySelectorAll('.id, .title'), item.querySelectorAll('.claim, .because'), [copy]];
    texts.set(item, parts.map((of) => [...of].map((one) => one.textContent.toLowerCase()).join(' ')));
  }
  return texts.get(item);
}

/* 0 if title and id have every word, 1 if the claim and its sentence do besides, 2 if the whole case does; -1 if not. */
function rankOf(item, asked) {
  if (asked.length === 0) return 0;
  let text = '';
  return textsOf(item).findIndex((part) => {
    text += ' ' + part;
    return asked.every((word) => text.includes(word));
  });
}

const isPressed = (button) => button.getAttribute('aria-pressed') === 'true';

function show() {
  const asked = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const wanted = buttons.filter(isPressed).map((button) => button.dataset.verdict);
  const ranks = new Map(cases.map((item) => [item, rankOf(item, asked)]));
  const matching = cases.filter((item) => ranks.get(item) >= 0);
  const shown = matching.filter((item) => wanted.length === 0 || wanted.includes(item.dataset.verdict));
  for (const item of cases) item.hidden = !shown.includes(item);
  /* What is searched for is one list, the best first; otherwise each case is in the section of its verdict. */
  if (asked.length === 0) cases.forEach((item, index) => homes[index].append(item));
  else found.append(...shown.toSorted((a, b) => ranks.get(a) - ranks.get(b)));
  found.hidden = asked.length === 0 || shown.length === 0;
  for (const part of sections) {
    const inPart = shown.filter((item) => item.dataset.verdict === part.dataset.verdict).length;
    part.hidden = asked.length > 0 || inPart === 0;
    part.querySelector('h2').textContent = words.ofVerdict[part.dataset.verdict].replace('{count}', inPart);
  }
  for (const button of buttons) {
    const { verdict } = button.dataset;
    const inVerdict = matching.filter((item) => item.dataset.verdict === verdict).length;
    button.textContent = words.ofVerdict[verdict].replace('{count}', inVerdict);
  }
  count.textContent = words.shownOf.replace('{shown}', shown.length).replace('{all}', cases.length);
  none.hidden = shown.length > 0;
}

function showAll() {
  search.value = '';
  for (const button of buttons) button.setAttribute('aria-pressed', 'false');
  show();
}

search.addEventListener('input', show);
none.querySelector('button').addEventListener('click', showAll);
for (const button of buttons) {
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(!isPressed(button)));
    show();
  });
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(target instanceof HTMLDetailsElement)) return;
  if (target.hidden) showAll();
  target.open = true;
  target.scrollIntoView();
}
/* A picture wider than the screen is shown from where the first host meets its calls, not from its times. */
document.addEventListener('toggle', ({ target }) => {
  if (!target.open) return;
  for (const picture of target.querySelectorAll('.picture')) {
    const host = picture.querySelector('.life');
    if (host === null || picture.clientWidth === 0 || picture.scrollWidth <= picture.clientWidth) continue;
    const from = host.getBoundingClientRect().left - picture.getBoundingClientRect().left + picture.scrollLeft;
    picture.scrollLeft = from - 0.6 * picture.clientWidth;
  }
}, true);

addEventListener('hashchange', openTarget);
show();
openTarget();
`;
