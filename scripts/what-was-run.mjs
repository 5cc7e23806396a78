// What a case's rows were made of, as lines of Markdown. Needs `npm run build:ts` before.
import { ingredientsOf } from '../dist/lab/index.js';

const parts = [
  ['Calls', ({ calls }) => calls.map((name) => (name === 'SOCK_DESTROY' ? name : `${name}()`))],
  ['Socket options', ({ options }) => options],
  ['Kernel parameters', ({ sysctls }) => sysctls],
  ['Signals', ({ signals }) => signals],
];

/** Lines of Markdown: how many rows, and a list of what was called and set in them. */
export function whatWasRun(rows, slow) {
  const count = rows.length === 1 ? 'One row, on fresh sockets' : `${rows.length} rows, each on fresh sockets`;
  const ingredients = ingredientsOf(rows.flatMap(({ events }) => events));
  const lines = parts.flatMap(([title, namesOf]) => {
    const names = namesOf(ingredients).map((name) => `\`${name}\``);
    return names.length === 0 ? [] : [`- ${title}: ${names.join(', ')}`];
  });
  return [`${count}${slow ? '; it takes a minute' : ''}.`, '', ...lines];
}
