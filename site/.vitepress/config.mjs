import footnote from 'markdown-it-footnote';
import { defineConfig } from 'vitepress';
import { parts } from '../api.mjs';
import { addressOf, nav, pages, sidebar } from '../pages.mjs';

/** Where on its host the site is; site/build.mjs says. */
const base = process.env.SITE_BASE ?? '/';

/** The name of a heading in an address, as a forge makes it: links in the Markdown work in both places. */
function slugify(text) {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}

const fileOf = new Map([...pages].map(([file, page]) => [page, file]));

/** Leads the links of the repository's files to their pages. */
function mapLinks(md) {
  md.core.ruler.push('map-links', ({ tokens, env }) => {
    const file = fileOf.get(env.relativePath);
    if (file === undefined) return;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const name = token.type === 'image' ? 'src' : 'href';
      const found = addressOf(token.attrGet(name) ?? '#', file);
      if (found !== undefined) token.attrSet(name, found.address);
    }
  });
}

/**
 * What the Markdown uses as HTML: a line break in a table, the name of a place, and what VitePress puts into the link of a heading. Others
 * are text, such as `Set<PollEvent>`.
 */
const TAG = /^(<(br|a id="[^"]*"|\/a)\s*\/?>|&ZeroWidthSpace;)$/;

/** Vue compiles what is rendered; the Markdown was not written for it. */
function keepFromVue(md) {
  const { escapeHtml } = md.utils;
  const asText = (text) => escapeHtml(text).replaceAll('{{', '&#123;&#123;');
  md.renderer.rules.text = (tokens, index) => asText(tokens[index].content);
  md.renderer.rules.html_inline = (tokens, index) =>
    TAG.test(tokens[index].content) ? tokens[index].content : asText(tokens[index].content);
  md.renderer.rules.html_block = (tokens, index) => `<p>${asText(tokens[index].content)}</p>\n`;
}

/** A ladder is wider than a column of text: a click shows it alone. */
function linkPictures(md) {
  const draw = md.renderer.rules.image;
  md.renderer.rules.image = (tokens, index, options, env, self) => {
    const address = tokens[index].attrGet('src');
    const picture = draw(tokens, index, options, env, self);
    if (!address.endsWith('.svg')) return picture;
    return `<a class="picture" href="${base}${address.slice(1)}" target="_blank">${picture}</a>`;
  };
}

/** Names of C are found whole and by their parts. It runs in the browser, from its text. */
function tokenize(text) {
  return text
    .split(/[^\p{L}\p{N}_]+/u)
    .flatMap((word) => (word.includes('_') ? [word, ...word.split('_')] : [word]))
    .filter((word) => word !== '');
}

export default defineConfig({
  title: 'sockwise',
  description: 'Low-level sockets for Node that tell you what the kernel did and why.',
  lang: 'en',
  base,
  srcDir: 'pages',
  outDir: 'dist',
  metaChunk: true,
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    anchor: { slugify },
    image: { lazyLoading: true },
    languages: ['c'],
    languageAlias: { pkt: 'c' },
    config(md) {
      md.use(footnote);
      mapLinks(md);
      keepFromVue(md);
      linkPictures(md);
    },
  },
  themeConfig: {
    nav,
    sidebar: sidebar(parts.map(({ title, name }) => ({ title, page: `api/${name}.md` }))),
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: { options: { tokenize }, searchOptions: { combineWith: 'AND' } },
        _render(source, env, md) {
          const html = md.render(source, env);
          return env.frontmatter?.search === false ? '' : html;
        },
      },
    },
  },
});
