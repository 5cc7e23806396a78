// Writes what follows from tables: of the option catalogue the list of constants for C++ (and builds the addon if it was not built from it), the
// types that editors show, the page docs/options.md and the number of options in README.md; of the rules of the kernel docs/rules.md; of other
// systems docs/systems.md; of the runs that `npm run kernels -- --record` stores docs/kernels.md; of the sentences of the articles
// docs/articles.md.
// `--check` writes nothing and fails if a file is not what it would write.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { articlesPage } from './generate/articles.mjs';
import { constantsOf } from './generate/constants.mjs';
import { kernelsPage } from './generate/kernels.mjs';
import {
  articles,
  catalog,
  compareRuns,
  kinds,
  lifeRules,
  reasonText,
  rules,
  sentences,
  structures,
  systems,
  textOf as valueText,
  unpredictables,
} from './generate/load.mjs';
import { optionsPage } from './generate/options.mjs';
import { rulesPage } from './generate/rules.mjs';
import { systemsPage } from './generate/systems.mjs';
import { typesOf } from './generate/types.mjs';
import { sourcesMark } from './sources.mjs';

const root = new URL('../', import.meta.url);
const textOf = (name) => (existsSync(new URL(name, root)) ? readFileSync(new URL(name, root), 'utf8') : '');

/** The number of options where prose names it. */
const readme = textOf('README.md').replace(
  /\[\d+ options\]\(docs\/options\.md\)/,
  `[${Object.keys(catalog).length} options](docs/options.md)`,
);

const stored = (name) => JSON.parse(textOf(`docs/kernels/${name}.json`));
const storedRuns = { older: stored('6.1'), newer: stored('6.18'), pairs: stored('pairs') };

const files = {
  'native/constants.gen.inc': constantsOf(catalog),
  'src/options/values.gen.ts': typesOf(catalog, kinds, structures),
  'docs/articles.md': articlesPage(articles, sentences),
  'docs/options.md': optionsPage(catalog, structures),
  'docs/kernels.md': kernelsPage(storedRuns, { compareRuns, reasonText, textOf: valueText }),
  'docs/rules.md': rulesPage(rules, unpredictables, lifeRules),
  'docs/systems.md': systemsPage(systems),
  'README.md': readme,
};

/** Whether a binary of this machine carries the name of the present sources; a build that failed is tried again. */
function isBuiltFrom(mark) {
  const binary = new URL('build/Release/sockwise.node', root);
  return existsSync(binary) && readFileSync(binary).includes(mark);
}

const changed = Object.keys(files).filter((name) => textOf(name) !== files[name]);
if (process.argv.includes('--check')) {
  for (const name of changed) console.error(`${name} is not what the tables say: run npm run generate`);
  process.exitCode = changed.length > 0 ? 1 : 0;
} else {
  for (const name of changed) writeFileSync(new URL(name, root), files[name]);
  // An addon of another list lacks the new names, and nothing loads.
  if (!isBuiltFrom(sourcesMark(fileURLToPath(root)))) {
    console.log('building the addon, since none is built from what native/ now holds');
    process.exitCode =
      spawnSync(process.execPath, ['scripts/native.mjs', 'rebuild'], { cwd: root, stdio: 'inherit' }).status ?? 1;
  }
}
