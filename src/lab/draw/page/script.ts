/** Search and filter of the page. Without it the page is complete, only unfiltered. */
export const script = `
const search = document.querySelector('#search');
const buttons = [...document.querySelectorAll('button[data-verdict]')];
const cases = [...document.querySelectorAll('.case')];
const sections = [...document.querySelectorAll('section')].filter((part) => part.querySelector('.case'));
const count = document.querySelector('#count');

/* Its diagram has the names of all states, those it never was in too, and its ladders name every state of both ends. */
const texts = new Map();
function textOf(item) {
  if (!texts.has(item)) {
    const copy = item.cloneNode(true);
    for (const picture of copy.querySelectorAll('figure, svg')) picture.remove();
    texts.set(item, copy.textContent.toLowerCase());
  }
  return texts.get(item);
}

function show() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const wanted = buttons.filter((button) => button.getAttribute('aria-pressed') === 'true').map((button) => button.dataset.verdict);
  let shown = 0;
  for (const item of cases) {
    const text = words.length === 0 ? '' : textOf(item);
    const fits = (wanted.length === 0 || wanted.includes(item.dataset.verdict)) && words.every((word) => text.includes(word));
    item.hidden = !fits;
    if (fits) shown++;
  }
  for (const part of sections) part.hidden = [...part.querySelectorAll('.case')].every((item) => item.hidden);
  count.textContent = shown + ' of ' + cases.length + ' cases';
}

search.addEventListener('input', show);
for (const button of buttons) {
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
    show();
  });
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(target instanceof HTMLDetailsElement)) return;
  if (target.hidden) {
    search.value = '';
    for (const button of buttons) button.setAttribute('aria-pressed', 'false');
    show();
  }
  target.open = true;
  target.scrollIntoView();
}
addEventListener('hashchange', openTarget);
show();
openTarget();
`;
