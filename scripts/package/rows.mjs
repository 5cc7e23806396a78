// Every way in which the package is tried, and how a page says so. A row: `title`; `isSlow` if only `--all` tries it; `lacks`, what the
// machine lacks for it; `work(prebuilt, tarball)`, which throws if it does not come to `result`, or to "works".
import { loaders } from './loaders.mjs';
import { managers } from './managers.mjs';
import { types } from './types.mjs';

export const rows = { Installed: managers, Loaded: loaders, Compiled: types };

const begin = '<!-- npm run test:package -- --all --record -->\n';
const end = '<!-- end -->';

/** The page with the table of all rows in it. */
export function recorded(page) {
  const [before, rest] = page.split(begin);
  const lines = Object.entries(rows).flatMap(([heading, group]) => [
    `| ${heading} with | result |`,
    '| --- | --- |',
    ...group.map(({ title, result = 'works' }) => `| ${title} | ${result} |`),
    '',
  ]);
  return `${before}${begin}\n${lines.join('\n')}\n${end}${rest.split(end)[1]}`;
}
