import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path/posix';
import type { Browser, Page } from 'playwright-core';
import ts from 'typescript-5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, run } from './support/children.js';
import { launchChromium, noChromium } from './support/chromium.js';
import { describeNeeding, needs } from './support/needs.js';

const site = `${root}site/dist`;
const isInstalled = existsSync(`${root}site/node_modules`);
const notInstalled = 'what builds the site is not installed: npm ci --prefix site --ignore-scripts';

/** Text of each page by its path on the site. */
const pages = new Map<string, string>();

function pageOf(path: string): string {
  return pages.get(path) ?? '';
}

beforeAll(async () => {
  if (!isInstalled) return;
  const { code, stdout, stderr } = await run(process.execPath, ['--max-semi-space-size=64', 'site/build.mjs'], {
    deadlineMs: 580_000,
  });
  expect([code, stderr.includes('Error') ? stderr : '']).toEqual([0, '']);
  expect(stdout).not.toContain('not loaded');
  for (const file of readdirSync(site, { recursive: true, encoding: 'utf8' }))
    if (file.endsWith('.html')) pages.set(`/${file}`, readFileSync(join(site, file), 'utf8'));
}, 600_000);

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found.replaceAll('&amp;', '&'));
}

/** What is wrong with a link of a page; empty if it leads somewhere. */
function fault(href: string, from: string): string {
  const { pathname, hash } = new URL(href, `http://site${from}`);
  const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
  if (!existsSync(join(site, decodeURI(path)))) return `${from}: there is no ${path}`;
  if (hash === '' || hash === '#') return '';
  const id = decodeURIComponent(hash.slice(1));
  return all(pageOf(path), / id="([^"]*)"/g).includes(id) ? '' : `${from}: ${path} has no ${hash}`;
}

/** What an entry of the package exports. */
function exportsOf(entries: readonly string[]): string[] {
  const program = ts.createProgram(entries, { module: ts.ModuleKind.NodeNext, noLib: true, types: [] });
  const checker = program.getTypeChecker();
  return entries.flatMap((entry) => {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    return module === undefined ? [] : checker.getExportsOfModule(module).map(({ name }) => name);
  });
}

/** The members of the union of codes, as the sources name them. */
function usageErrorCodes(): string[] {
  const text = readFileSync(`${root}src/errors.ts`, 'utf8');
  return all(text.slice(text.indexOf('UsageErrorCode ='), text.indexOf('class UsageError')), /\| '(ERR_\w+)'/g);
}

describe('the site', () => {
  test('has a page for each document', (context) => {
    needs(context, isInstalled, notInstalled);
    expect([...pages.keys()]).toEqual(
      expect.arrayContaining([
        '/index.html',
        '/recipes.html',
        '/why.html',
        '/cases/G1.html',
        '/experiments/index.html',
      ]),
    );
    expect([...pages.keys()].filter((path) => path.startsWith('/cases/')).length).toBeGreaterThan(80);
  });

  /** Where the links of a page lead whose text has these words. */
  function linksOf(from: string, words: string): URL[] {
    return [...pageOf(from).matchAll(/<a[^>]*\shref="([^"]*)"[^>]*>(.*?)<\/a>/gs)]
      .filter(([, href = '', text = '']) => !/^[a-z]+:/.test(href) && text.replaceAll(/<[^>]*>/g, '').includes(words))
      .map(([, href = '']) => new URL(href, `http://site${from}`));
  }

  const pathOf = ({ pathname }: URL): string => pathname.replace(/\/$/, '/index.html');

  // What somebody looks for who has never seen the project: links of these words in turn, then the text from where the last one leads.
  test.for<[string[], RegExp]>([
    [['give pg a TCP_USER_TIMEOUT'], /TCP_USER_TIMEOUT.*createConnection\(\{ options \}\)/s],
    [['find out why a port is busy'], /EADDRINUSE.*sockwise why 8080/s],
    [['the port is busy'], /EADDRINUSE.*sockwise why 8080/s],
    [['draw a reset'], /SO_LINGER.*RST/s],
    [['Installation'], /pnpm.*Bundlers/s],
  ])('answers by the links %j from its first page', ([words, expected], context) => {
    needs(context, isInstalled, notInstalled);
    let at = new URL('http://site/index.html');
    for (const word of words) at = linksOf(pathOf(at), word)[0] ?? expect.fail(`${pathOf(at)} has no link "${word}"`);
    const html = pageOf(pathOf(at));
    const id = at.hash.slice(1);
    expect(html.indexOf(` id="${id}"`) > 0 || id === '').toBe(true);
    expect(html.slice(html.indexOf(id === '' ? '<main' : ` id="${id}"`)).replaceAll(/<[^>]*>/g, '')).toMatch(expected);
  });

  test('has no link that leads nowhere, and none that is loaded from elsewhere', (context) => {
    needs(context, isInstalled, notInstalled);
    const faults = new Set<string>();
    let count = 0;
    for (const [from, html] of pages) {
      for (const href of all(html, /\s(?:href|src)="([^"]*)"/g)) {
        if (/^(https?|mailto):/.test(href)) continue;
        if (href.startsWith('data:')) continue;
        count += 1;
        const wrong = fault(href, from);
        if (wrong !== '') faults.add(wrong);
      }
      for (const loaded of all(html, /<(?:script|link|img)[^>]*\s(?:href|src)="(https?:[^"]*)"/g))
        faults.add(`${from}: loads ${loaded}`);
    }
    expect([...faults]).toEqual([]);
    expect(count).toBeGreaterThan(5000);
    expect(fault('/recipes.html#nothing', '/index.html')).not.toBe('');
    expect(fault('/nowhere.html', '/index.html')).not.toBe('');
  });

  test('shows text in angle brackets and braces as text', (context) => {
    needs(context, isInstalled, notInstalled);
    for (const [path, html] of pages) if (/\[object Object\]|&amp;ZeroWidthSpace;/.test(html)) expect.fail(path);
    expect(pageOf('/cases/L9.html')).toContain('<br>');
    expect(pageOf('/cases/L9.html')).not.toContain('&lt;br');
  });

  test('names every export, each with a heading of its own', (context) => {
    needs(context, isInstalled, notInstalled);
    const headings = new Set(
      [...pages]
        .filter(([path]) => path.startsWith('/api/'))
        .flatMap(([, html]) => all(html, /<h3 id="[^"]*"[^>]*>(.*?) <a class="header-anchor"/g))
        .map((text) => text.replaceAll(/<[^>]*>|\(\)$/g, '')),
    );
    const entries = ['index', 'claims/index', 'service/index', 'explain/preload'].map(
      (name) => `${root}dist/${name}.d.ts`,
    );
    const names = exportsOf(entries);
    expect(names.length).toBeGreaterThan(350);
    expect(names.filter((name) => !headings.has(name))).toEqual([]);
  });

  test('names every code of an error, with when it is thrown', (context) => {
    needs(context, isInstalled, notInstalled);
    const rows = all(pageOf('/api/codes.html'), /<tr><td><code>(ERR_\w+<\/code><\/td><td>.*?<\/td><td>.{20})/g);
    const codes = rows.map((row) => row.replace(/<.*/, ''));
    expect(usageErrorCodes().length).toBeGreaterThan(11);
    expect(codes).toEqual(
      expect.arrayContaining([...usageErrorCodes(), 'ERR_TIMED_OUT', 'ERR_NAMESPACE_LOST', 'ERR_NETLINK_PROTOCOL']),
    );
  });
});

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

describeNeeding(isInstalled && noChromium === '', `${notInstalled}${noChromium}`)('the site in a browser', () => {
  let server: Server;
  let address: string;
  let browser: Browser;
  let page: Page;
  const said: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      const file = join(site, decodeURI(pathname.endsWith('/') ? `${pathname}index.html` : pathname));
      if (!existsSync(file)) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
      response.end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:')) said.push(request.url());
    });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function open(path: string, width: number, colorScheme: 'light' | 'dark'): Promise<void> {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(address + path);
    await page.waitForFunction(
      'document.documentElement.classList.contains("dark") === matchMedia("(prefers-color-scheme: dark)").matches',
    );
  }

  const shapes = [390, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));

  test.each(shapes)(
    'opens at $width px, $scheme, and finds an option',
    { timeout: 90_000 },
    async ({ width, scheme }) => {
      for (const path of ['/cases/R6.html', '/recipes.html', '/api/socket.html', '/']) {
        await open(path, width, scheme);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(width);
      }
      expect(await page.title()).toBe('sockwise');
      expect(await page.locator('h1').first().textContent()).toContain('sockwise');
      await page.keyboard.press('Control+k');
      await page.locator('.search-input').fill('TCP_USER_TIMEOUT');
      const found = page.locator('.VPLocalSearchBox .result');
      await found.first().waitFor();
      expect((await found.allTextContents()).join('\n')).toMatch(/TCP_USER_TIMEOUT|Recipes/);
      await found.first().click();
      await page.waitForURL((url) => url.pathname !== '/');
      expect(await page.locator('.vp-doc').textContent()).toContain('TCP_USER_TIMEOUT');
      expect(said).toEqual([]);
    },
  );

  // What somebody looks for who has never seen the project.
  test.each([
    ['a client with a timeout', 'give pg a TCP_USER_TIMEOUT', /stream = \(\) => createConnection\(\{ options \}\)/],
    ['who has the port', 'find out why a port is busy', /sockwise why 8080/],
    ['a picture of a reset', 'draw a reset', /SO_LINGER/],
  ])('leads to %s by one link of its first page', { timeout: 60_000 }, async (_, link, expected) => {
    await open('/', 1280, 'light');
    await page.locator('.vp-doc').getByRole('link', { name: link }).click();
    await page.waitForURL((url) => url.pathname !== '/');
    await expect.poll(() => page.locator('.vp-doc').textContent()).toMatch(expected);
    expect(said).toEqual([]);
  });
});
