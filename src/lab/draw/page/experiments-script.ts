import type { StepWords } from './step-words.js';

/** What the script fills in, as texts with marks. */
function textsFor({ count, place, through, was, found }: StepWords): string {
  const texts = {
    count: count('{all}'),
    place: place('{at}', '{all}'),
    through: through('{name}'),
    was: was('{state}', '{before}'),
    found: found('{count}', '{all}'),
  };
  return JSON.stringify(texts).replaceAll('<', '\\u003c');
}

/**
 * Steps, tabs and search of the page of experiments. Without it the page is complete: every run below the one before, and a list of
 * its calls and segments.
 */
export function experimentsScript(words: StepWords): string {
  return `
const words = ${textsFor(words)};${body}`;
}

const body = `
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const filled = (text, values) => text.replace(/\\{(\\w+)\\}/g, (_, key) => values[key]);
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
function element(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, properties);
}

/* Steps */
const template = document.querySelector('#stepper');

/* The last state of each socket, with the one before where it has changed in this step. */
function tableAt(states, { count, before }) {
  const sockets = new Map();
  states.slice(0, count).forEach(([host, local, remote, state, mark], index) => {
    const key = [host, local, remote].join(' ');
    const known = sockets.get(key);
    const changed = index >= before;
    const was = known === undefined ? '' : known.changed && changed ? known.was : known.state;
    sockets.set(key, { host, local, remote, state, mark, changed: changed && was !== state, was });
  });
  return [...sockets.values()].filter(({ state, changed }) => state !== 'CLOSED' || changed);
}

function stepper(run, { name, steps, states, bottoms }) {
  const box = template.content.firstElementChild.cloneNode(true);
  const picture = run.querySelector('.picture');
  const part = (selector) => box.querySelector(selector);
  const [first, back, next, last, leave] = all('button', box);
  const marks = all('.stage', picture).map((stage) => {
    const pair = ['cursor', 'veil'].map((kind) => element('div', '', { className: kind, hidden: true, ariaHidden: 'true' }));
    stage.append(...pair);
    return { stage, cursor: pair[0], veil: pair[1] };
  });
  let at = -1;

  function mark() {
    marks.forEach(({ stage, cursor, veil }, which) => {
      cursor.hidden = veil.hidden = at < 0;
      if (at < 0) return;
      const [top, bottom, left, right] = steps[at].spans[which];
      const least = 1000 / Math.max(1, stage.offsetHeight);
      cursor.style.top = (top - least / 2) + '%';
      cursor.style.height = Math.max(0, bottom - top + least) + '%';
      veil.style.top = (bottom + least / 2) + '%';
      veil.style.height = Math.max(0, bottoms[which] - bottom - least / 2) + '%';
      if (stage.offsetHeight === 0) return;
      cursor.style.scrollMargin = '4rem 0 ' + (getComputedStyle(box).bottom === '0px' ? box.offsetHeight + 16 : 16) + 'px';
      cursor.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      const scale = stage.offsetWidth / 100;
      const seen = picture.scrollLeft + picture.clientWidth;
      if (left * scale < picture.scrollLeft || right * scale > seen)
        picture.scrollLeft = ((left + right) * scale - picture.clientWidth) / 2;
    });
  }

  function show(to) {
    at = clamp(to, -1, steps.length - 1);
    const step = steps[at];
    box.classList.toggle('stepping', step !== undefined);
    for (const one of [part('.said'), part('.moment'), leave]) one.hidden = step === undefined;
    part('.count').textContent = filled(step === undefined ? words.count : words.place, { at: at + 1, all: steps.length });
    first.ariaDisabled = back.ariaDisabled = String(at <= 0);
    next.ariaDisabled = last.ariaDisabled = String(at === steps.length - 1);
    part('.said').textContent = step?.head ?? '';
    if (step !== undefined) {
      part('dl').replaceChildren(...step.fields.flatMap(([term, value]) => [element('dt', term), element('dd', value)]));
      const table = tableAt(states, step);
      const cells = ({ host, local, remote, state, mark, changed, was }) =>
        [host, local, remote, mark + (changed && was !== '' ? filled(words.was, { state, before: was }) : state)].map((text) => element('td', text));
      part('tbody').replaceChildren(...table.map((row) => {
        const line = element('tr', '', { className: row.changed ? 'changed' : '' });
        line.append(...cells(row));
        return line;
      }));
      part('table').hidden = table.length === 0;
      part('.empty').hidden = table.length > 0;
      part('.implied').hidden = table.every(({ mark }) => mark === '');
      part('.moment').scrollTop = 0;
    }
    mark();
  }

  const moves = new Map([[first, () => 0], [back, () => Math.max(0, at - 1)], [next, () => at + 1], [last, () => steps.length - 1], [leave, () => -1]]);
  for (const [button, to] of moves) button.addEventListener('click', () => {
    if (button === leave) next.focus();
    show(to());
  });
  const keys = { n: next, p: back, Escape: leave };
  const ofButtons = { ArrowRight: next, ArrowDown: next, ArrowLeft: back, ArrowUp: back, Home: first, End: last };
  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const button = keys[event.key] ?? (event.target.closest('.bar') === null ? undefined : ofButtons[event.key]);
    if (button === undefined || button.hidden) return;
    event.preventDefault();
    show(moves.get(button)());
  }
  box.addEventListener('keydown', onKey);
  picture.addEventListener('keydown', onKey);
  picture.addEventListener('click', (event) => {
    const which = marks.findIndex(({ stage }) => stage.contains(event.target));
    if (which < 0 || !getSelection().isCollapsed) return;
    const { top, height } = marks[which].stage.getBoundingClientRect();
    const y = ((event.clientY - top) / height) * 100;
    const away = steps.map(({ spans }) => Math.max(0, spans[which][0] - y, y - spans[which][1]));
    show(away.indexOf(Math.min(...away)));
  });
  box.setAttribute('aria-label', filled(words.through, { name }));
  run.querySelector('.beside').prepend(box);
  show(-1);
}
for (const source of all('script.steps')) stepper(source.closest('.run'), JSON.parse(source.textContent));

/* Variants: tabs where there is no room for two beside each other */
const widest = Number.parseFloat(getComputedStyle(document.querySelector('.experiments')).getPropertyValue('--widest'));
for (const [number, article] of all('.experiment.several').entries()) {
  const runs = all('.run', article);
  const list = article.querySelector('.tabs');
  const tabs = runs.map((run, index) => {
    const tab = element('button', run.dataset.variant, { type: 'button', role: 'tab', id: 'tab-' + number + '-' + index });
    tab.setAttribute('aria-controls', run.id);
    return tab;
  });
  let chosen = 0;
  function show() {
    const isTabbed = article.clientWidth < 2 * widest + 20;
    article.classList.toggle('tabbed', isTabbed);
    list.hidden = !isTabbed;
    for (const [index, run] of runs.entries()) {
      run.classList.toggle('away', isTabbed && index !== chosen);
      tabs[index].ariaSelected = String(index === chosen);
      tabs[index].tabIndex = index === chosen ? 0 : -1;
      if (isTabbed) run.setAttribute('role', 'tabpanel');
      else run.removeAttribute('role');
      run.setAttribute('aria-labelledby', isTabbed ? tabs[index].id : run.id + '-name');
    }
  }
  function choose(index) {
    chosen = (index + runs.length) % runs.length;
    show();
  }
  for (const [index, tab] of tabs.entries()) tab.addEventListener('click', () => choose(index));
  list.addEventListener('keydown', ({ key }) => {
    const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: runs.length - 1 }[key];
    if (to === undefined) return;
    choose(to);
    tabs[chosen].focus();
  });
  list.append(...tabs);
  article.chooseRun = (run) => choose(runs.indexOf(run));
  new ResizeObserver(show).observe(article);
  show();
}

/* The list at the side, with its search */
const side = document.querySelector('.side');
if (side !== null) {
  const search = side.querySelector('input');
  const toggle = side.querySelector('.toggle');
  const inside = side.querySelector('.inside');
  const none = document.querySelector('#none');
  const articles = all('.experiment');
  const links = all('a', side);
  const texts = new Map();
  const textOf = (article) => {
    if (!texts.has(article)) {
      const copy = article.cloneNode(true);
      for (const one of all('svg, script, .stepper', copy)) one.remove();
      texts.set(article, copy.textContent.toLowerCase());
    }
    return texts.get(article);
  };
  const filter = () => {
    const asked = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const found = articles.filter((article) => asked.every((word) => textOf(article).includes(word)));
    articles.forEach((article, index) => {
      article.hidden = !found.includes(article);
      links[index].parentElement.hidden = article.hidden;
    });
    side.querySelector('.count').textContent = filled(words.found, { count: found.length, all: articles.length });
    none.hidden = found.length > 0;
  };
  const open = (isOpen) => {
    inside.classList.toggle('closed', !isOpen);
    toggle.ariaExpanded = String(isOpen);
  };
  search.addEventListener('input', filter);
  none.querySelector('button').addEventListener('click', () => {
    search.value = '';
    filter();
    search.focus();
  });
  toggle.hidden = false;
  toggle.addEventListener('click', () => open(inside.classList.contains('closed')));
  side.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || toggle.offsetParent === null) return;
    open(false);
    toggle.focus();
  });
  for (const link of links) link.addEventListener('click', () => toggle.offsetParent !== null && open(false));
  open(false);
  filter();
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? 'add' : 'delete'](target);
    const current = articles.findIndex((article) => seen.has(article));
    links.forEach((link, index) => {
      if (index !== current) return link.removeAttribute('aria-current');
      link.setAttribute('aria-current', 'true');
      const list = link.closest('.inside').parentElement;
      const { top, bottom } = link.getBoundingClientRect();
      if (list.scrollHeight > list.clientHeight && (top < 0 || bottom > innerHeight)) list.scrollTop += top - innerHeight / 2;
    });
  }, { rootMargin: '-10% 0px -70% 0px' });
  for (const article of articles) observer.observe(article);
}

function followLink() {
  const target = location.hash === '' ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const article = target?.closest('.experiment');
  if (article?.hidden) {
    side.querySelector('input').value = '';
    side.querySelector('input').dispatchEvent(new Event('input'));
  }
  if (target?.classList.contains('run')) article.chooseRun?.(target);
  if (article !== undefined && article !== null) target.scrollIntoView();
}
addEventListener('hashchange', followLink);
followLink();
`;
