// `npm run site` writes the site of the documentation into site/dist/: the Markdown of the repository as it is, and a reference made from the
// docstrings. `-- --base /sockwise/` for a site that is not at the root of its host, `-- --serve` also shows it on this machine.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import MarkdownIt from 'markdown-it';
import { build, serve } from 'vitepress';
import { writeReference } from './api.mjs';
import { addressOf, pages, picturePath, pictures, root } from './pages.mjs';

const site = fileURLToPath(new URL('.', import.meta.url));
const written = join(site, 'pages');
const { values } = parseArgs({
  options: { base: { type: 'string', default: '/' }, serve: { type: 'boolean', default: false } },
});

const markdown = new MarkdownIt({ html: true });

function write(page, text) {
  const file = join(written, page);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function read(file) {
  return readFileSync(join(root, file), 'utf8');
}

/** All that a text links to, or shows as a picture. */
function linksIn(text) {
  return markdown
    .parse(text, {})
    .flatMap(({ children }) => children ?? [])
    .map((token) => token.attrGet('href') ?? token.attrGet('src'))
    .filter((href) => href !== null);
}

/** The pictures of an experiment, each under the name of what was varied, as its page has them. */
function picturesOf(file) {
  return read(file)
    .split('\n')
    .filter((line) => /^!\[.*\]\(.*\.svg\)$/.test(line))
    .map((line) => line.replace('](', '](../experiments/'))
    .join('\n\n');
}

/** A case names the experiments that draw it: on the site their pictures stand below their names. */
function withPictures(text, file) {
  if (!/^docs\/cases\/[A-Z]\d+\.md$/.test(file)) return text;
  return text.replaceAll(
    /^- (\[.*\]\(\.\.\/(experiments\/.*\.md)\))$/gm,
    (_, link, experiment) => `### ${link}\n\n${picturesOf(`docs/${experiment}`)}\n`,
  );
}

function scriptPage(file, isFolder) {
  const scripts = isFolder ? readdirSync(join(root, file)).map((name) => `${file}/${name}`) : [file];
  const parts = scripts
    .filter((one) => statSync(join(root, one)).isFile())
    .map((one) => `## ${one}\n\n\`\`\`\`text\n${read(one)}\`\`\`\`\n`);
  return `---\nsearch: false\n---\n\n# ${file}\n\n${parts.join('\n')}`;
}

/** The Markdown, and the scripts it links to. */
function writeDocuments() {
  const scripts = new Map();
  for (const [file, page] of pages) {
    const text = withPictures(read(file), file);
    write(page, text);
    for (const href of linksIn(text)) {
      const found = addressOf(href, file);
      if (found?.source !== undefined) scripts.set(found.address.slice(1), [found.file, found.source === 'folder']);
    }
  }
  for (const [page, [file, isFolder]] of scripts) write(page, scriptPage(file, isFolder));
  for (const picture of pictures) cpSync(join(root, picture), join(written, 'public', picturePath(picture)));
}

rmSync(written, { recursive: true, force: true });
writeDocuments();
await writeReference(join(written, 'api'), join(written, '.modules'));
process.env.SITE_BASE = values.base;
await build(site);
if (values.serve) {
  await serve({ root: site, base: values.base, port: 4173 });
  console.log(`http://localhost:4173${values.base}`);
}
