// Which file of the repository is which page, and how a reader gets there.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Files that are pages, by their paths in the repository. */
const named = {
  'README.md': 'index.md',
  'README.zh-CN.md': 'zh.md',
  'ARCHITECTURE.md': 'architecture.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  // Beside the folder of the built-in ones.
  'docs/experiments.md': 'script.md',
};

function pageName(file) {
  return (
    named[file] ??
    file.replace(/^docs\//, '').replace(/\bREADME(\.zh-CN)?\.md$/, (_, zh) => (zh ? 'zh.md' : 'index.md'))
  );
}

const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) => `docs/${file}`);

/** Page by file of the repository. */
export const pages = new Map(
  [...Object.keys(named), ...documents.filter((file) => file.endsWith('.md')).sort()].map((file) => [
    file,
    pageName(file),
  ]),
);

export const pictures = documents.filter((file) => file.endsWith('.svg'));

/** Where a picture is on the site. */
export function picturePath(file) {
  return file.replace(/^docs\//, '');
}

/** The page of a file that is no page of its own: a script, or the scripts of a folder. */
export function sourcePage(file) {
  return `source/${file.replace(/\/$/, '')}.md`;
}

/** The address on the site of what `href` in a file leads to; `undefined` if that is elsewhere. Throws if there is no such file. */
export function addressOf(href, from) {
  if (/^[a-z]+:|^#|^\//.test(href)) return undefined;
  const [path, fragment] = href.split('#');
  const file = normalize(join(dirname(from), path)).replace(/\/$/, '');
  if (!existsSync(join(root, file))) throw new Error(`${from}: ${href} leads to no file`);
  const hash = fragment === undefined ? '' : `#${fragment}`;
  const page = pages.get(file);
  if (page !== undefined) return { file, address: `/${page}${hash}` };
  if (pictures.includes(file)) return { file, address: `/${picturePath(file)}` };
  return {
    file,
    address: `/${sourcePage(file)}`,
    source: statSync(join(root, file)).isDirectory() ? 'folder' : 'file',
  };
}

const link = (text, address) => ({ text, link: `/${address}` });

/** What stands above each page. */
export const nav = [
  link('Why a bind fails', 'why.md'),
  link('Recipes', 'recipes.md'),
  link('Services', 'services.md'),
  link('Experiments', 'script.md'),
  link('Cases', 'cases/index.md'),
  link('API', 'api/index.md'),
];

/** What stands beside each page. `api` are the pages of the reference. */
export function sidebar(api) {
  return [
    {
      text: 'Use it in a service',
      items: [
        link('Start', 'index.md'),
        link('Why a bind fails: the port is busy', 'why.md'),
        link('Recipes: pg, redis, http, fastify …', 'recipes.md'),
        link('Restart without losing anybody', 'restart.md'),
        link('Services: hand over, drain, profiles', 'services.md'),
      ],
    },
    {
      text: 'Draw what happens',
      items: [
        link('Script an experiment: draw a reset', 'script.md'),
        link('Built-in experiments', 'experiments/index.md'),
        link('Coming from packetdrill', 'packetdrill.md'),
        link('For scapy and tcpdump users', 'scapy-tcpdump.md'),
        link('Recipes for the network', 'network-recipes.md'),
      ],
    },
    {
      text: 'What Linux does',
      items: [
        link('All cases', 'cases/index.md'),
        link('The articles, sentence by sentence', 'articles.md'),
        link('Ways to close a connection', 'closing.md'),
        link('Rules of the kernel', 'rules.md'),
        link('Kernel versions', 'kernels.md'),
        link('Other systems', 'systems.md'),
      ],
    },
    {
      text: 'Reference',
      items: [
        link('Options', 'options.md'),
        link('Error codes', 'api/codes.md'),
        { ...link('API', 'api/index.md'), collapsed: true, items: api.map(({ title, page }) => link(title, page)) },
        link('Benchmarks', 'benchmarks.md'),
      ],
    },
    {
      text: 'Project',
      items: [
        link('Changes', 'changelog.md'),
        link('Installation', 'installation.md'),
        link('Versions', 'versioning.md'),
        link('Security', 'security.md'),
        link('Contributing', 'contributing.md'),
        link('Architecture', 'architecture.md'),
        link('中文', 'zh.md'),
      ],
    },
  ];
}
