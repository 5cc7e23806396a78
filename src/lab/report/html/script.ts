/** Search and filter of the page. Without it the page is complete, only unfiltered. */
export const script = `
const search = document.querySelector('#search');
const buttons = [...document.querySelectorAll('button[data-verdict]')];
const cases = [...document.querySelectorAll('.case')];
const count = document.querySelector('#count');

function show() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const wanted = buttons.filter((button) => button.getAttribute('aria-pressed') === 'true').map((button) => button.dataset.verdict);
  let shown = 0;
  for (const item of cases) {
    const text = item.textContent.toLowerCase();
    const fits = (wanted.length === 0 || wanted.includes(item.dataset.verdict)) && words.every((word) => text.includes(word));
    item.hidden = !fits;
    if (fits) shown++;
  }
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
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener('hashchange', openTarget);
openTarget();
show();
`;
