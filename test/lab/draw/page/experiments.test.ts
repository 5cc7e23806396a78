import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { manyDatagrams, refusedDatagram } from '../../../support/packet-traces.js';
import { experimentsHtml } from '../../../../src/lab/draw/page/experiments.js';
import { english } from '../../../../src/lab/draw/report-words.js';
import { chinese } from '../../../../src/lab/draw/report-words.zh.js';
import { call } from '../../../support/events.js';
import { state } from '../../../support/trace-parts.js';
import { launchChromium, listenedPage, noChromium } from '../../../support/chromium.js';
import {
  abortiveClose,
  lostFin,
  manyHosts,
  plainClose,
  runOf,
  scriptError,
  slowBurst,
  threeHosts,
} from '../../../support/traces.js';

const variants = ['data unread', 'nothing unread', 'data unsent'].map((variant) => ({ ...abortiveClose, variant }));
const dead = { name: 'hangs', title: 'A script that hangs', failure: 'it did not end within 35 s and was killed' };

describe('the page of experiments', () => {
  test('has an article for an experiment and in it a section for a variant, and none twice', () => {
    const html = experimentsHtml([plainClose, ...variants, ...variants, lostFin, lostFin, dead]);
    expect(html.match(/<article/g)).toHaveLength(6);
    expect(html.match(/<section class="run/g)).toHaveLength(10);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(html).toContain('it did not end within 35 s and was killed');
  });

  test('counts one as one', () => {
    const { events, segments } = plainClose;
    const call = events.filter(({ kind }) => kind === 'call').slice(0, 1);
    expect(experimentsHtml([{ ...plainClose, events: call, segments: segments.slice(0, 1) }])).toContain(
      '<summary>1 call, 1 segment</summary>',
    );
  });

  test('has no list of one, and names a single variant beside the title', () => {
    const [one] = variants;
    const html = experimentsHtml(one === undefined ? [] : [one]);
    expect(html).not.toContain('<nav');
    expect(html).toContain('resets <span class="soft">data unread</span></h2>');
    expect(experimentsHtml([])).toContain('</html>');
  });
});

describe('the page of a long run', () => {
  /** How often the page asks when something was, of a run with so much of everything. */
  function looks(count: number): number {
    let times = 0;
    const watched = <T extends { readonly atMs: number }>(one: T): T =>
      Object.defineProperty({ ...one }, 'atMs', { enumerable: true, get: () => (times++, one.atMs) });
    const near = (index: number) => ({ address: '192.168.0.1', port: 1024 + index });
    const states = Array.from({ length: count }, (_, index) => ({
      ...state(2 + index, 'client', 'ESTABLISHED'),
      local: near(index),
    }));
    const events = Array.from({ length: count }, (_, index) => call(2 + index, 'client', `connect(${index})`, 'ok'));
    experimentsHtml([{ ...plainClose, events: events.map(watched), states: states.map(watched) }]);
    return times;
  }

  test('takes work in proportion to its sockets and calls', () => {
    const [some, twice] = [looks(500), looks(1000)];
    expect(some).toBeGreaterThan(500);
    expect(twice / some).toBeLessThan(2.5);
  });

  test('lists packets that are no segments among the calls and segments, and counts them apart', () => {
    const html = experimentsHtml([refusedDatagram]);
    expect(html).toContain('<summary>3 calls, 0 segments, 5 other packets</summary>');
    const cells = (text: string, result: string): string => `<td>${text}</td><td${result}</td></tr>`;
    expect(html).toContain(cells('UDP 12 bytes, port 40001 to 53', '>received 0.58 ms'));
    expect(html).toContain(cells('UDP 7 bytes, port 40001 to 53', ' class="failed">lost'));
    expect(html).toContain(cells('ICMP port unreachable, about UDP 40001→53', '>received 2.63 ms'));
    expect(experimentsHtml([manyDatagrams])).toContain('903,501 more are not listed.');
  });

  test('is no larger with more segments', () => {
    expect(experimentsHtml([runOf(20_000)]).length).toBeLessThan(1.02 * experimentsHtml([runOf(2000)]).length);
  });
});

describe('the page of experiments in Chinese', () => {
  test('has no word of the English page', () => {
    const html = experimentsHtml([...variants.map((trace) => ({ ...trace, findings: null })), lostFin], chinese);
    expect(html).toMatch(/^<!doctype html><html lang="zh-CN">/);
    const data = [...html.matchAll(/class="steps">(.*?)<\/script>/g)].map(([, json = '']) => json);
    expect(data).toHaveLength(4);
    expect(data[0]).toContain('"fields":[["主机","server"],["调用","listener：listen(5)"],["结果","ok"]');
    const shown = html.replace(/<(style|script|svg)\b.*?<\/\1>/gs, '').replaceAll(/<[^>]*>/g, ' ');
    const texts = Object.values(english.steps).filter((text) => typeof text === 'string');
    expect(texts.filter((text) => new RegExp(`\\b${text}\\b`).test(shown))).toEqual([]);
    expect(shown).toContain('此刻的 TCP 套接字');
  });
});

describe.skipIf(noChromium !== '')(`the page of experiments in a browser${noChromium}`, () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let said: string[];

  beforeAll(async () => {
    folder = mkdtempSync(`${tmpdir()}/sockwise-`);
    const all = [plainClose, ...variants, threeHosts, scriptError, manyHosts(5), manyHosts(20), dead];
    writeFileSync(`${folder}/page.html`, experimentsHtml(all));
    browser = await launchChromium();
    page = await listenedPage(browser, (text) => void said.push(text));
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function open(width = 1280, hash = ''): Promise<void> {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ media: 'screen' });
    await page.goto('about:blank');
    await page.goto(`${pathToFileURL(`${folder}/page.html`).href}${hash}`);
  }

  beforeEach(() => {
    said = [];
  });

  afterEach(() => expect(said).toEqual([]));

  const first = () => page.locator('#run-1-1');
  const head = () => first().locator('.said').textContent();
  const visible = (selector: string): Promise<string[]> =>
    page.locator(`${selector}:visible`).evaluateAll((found) => found.map(({ id }) => id));

  test('steps through a ladder by keys: the call, the segment decoded, the sockets at that moment', async () => {
    await open();
    const next = first().getByRole('button', { name: 'Next' });
    expect(await first().locator('.cursor:visible').count()).toBe(0);
    await next.focus();
    await page.keyboard.press('Enter');
    expect(await head()).toBe('server: listen(5) = ok');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('n');
    expect(await head()).toBe('client → server: SYN seq=0');
    expect(await first().locator('.count').textContent()).toBe('Step 3 of 18');
    expect(await first().locator('dd').allTextContents()).toContain('server, 192.168.0.2:8080');
    const table = (): Promise<string[]> => first().locator('.stepper tbody tr').allInnerTexts();
    expect(await table()).toEqual([
      'server\t192.168.0.2:8080\t*\tLISTEN',
      'client\t192.168.0.1:40001\t192.168.0.2:8080\t~SYN_SENT',
      'server\t192.168.0.2:8080\t192.168.0.1:40001\t~SYN_RECV',
    ]);
    await page.keyboard.press('End');
    expect((await table()).at(-1)).toBe('server\t192.168.0.2:8080\t192.168.0.1:40001\tCLOSED, was LAST_ACK');
    await page.keyboard.press('p');
    expect(await first().locator('.count').textContent()).toBe('Step 17 of 18');
    await page.keyboard.press('Home');
    expect(await head()).toBe('server: listen(5) = ok');
    await page.keyboard.press('Escape');
    expect(await first().locator('.moment:visible, .cursor:visible').count()).toBe(0);
  });

  test('shows where the step stands, and the step that is clicked', async () => {
    await open();
    const arrow = first().locator('.stage.wide .arrow').nth(3);
    const box = await arrow.boundingBox();
    await page.mouse.click((box?.x ?? 0) + 40, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    expect(await head()).toMatch(/: PSH ACK seq=1 ack=1 len=5$/);
    const cursor = await first().locator('.stage.wide .cursor').boundingBox();
    const moved = await arrow.boundingBox();
    expect(cursor?.y).toBeLessThan(moved?.y ?? 0);
    expect((cursor?.y ?? 0) + (cursor?.height ?? 0)).toBeGreaterThan((moved?.y ?? 0) + (moved?.height ?? 0));
    // The picture has the focus now: its keys are n and p.
    await page.keyboard.press('n');
    expect(await head()).not.toMatch(/PSH/);
  });

  test('a phone has hosts and arrows first, and the call that is tapped', async () => {
    await open(390);
    const box = await first().locator('.stage.narrow svg').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
    expect(await first().locator('.stage.wide').isVisible()).toBe(false);
    const [hosts, dots] = [first().locator('.narrow .f14'), first().locator('.narrow .dot')];
    expect(await hosts.allTextContents()).toEqual(['client', 'server']);
    for (const host of await hosts.all()) expect((await host.boundingBox())?.y).toBeLessThan(800);
    // Of eight calls, and of the key.
    expect(await dots.count()).toBe(9);
    await dots.nth(3).click();
    expect(await head()).toBe('client: send(5 bytes) = 5 bytes');
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  test.each([1280, 2560])('pictures of up to five hosts fit %i px, and one of 20 is scrolled', async (width) => {
    await open(width);
    const wide = await page
      .locator('.picture:visible')
      .evaluateAll((all) => all.map((one) => [one.getAttribute('aria-label'), one.scrollWidth > one.clientWidth]));
    expect(wide.length).toBeGreaterThan(4);
    expect(wide.filter(([, isCut]) => isCut).map(([name]) => name)).toEqual(['Ladder diagram: 20 hosts']);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test('scrolls a wide picture to the host of the step', async () => {
    await open();
    const run = page.locator('.run', { has: page.getByLabel('Ladder diagram: 20 hosts') });
    await run.getByRole('button', { name: 'Last' }).click();
    expect(await run.locator('.said').textContent()).toMatch(/^client19 → client18: ACK/);
    const [picture, cursor] = [run.locator('.picture'), run.locator('.wide .arrow').last()];
    const [frame, arrow] = [await picture.boundingBox(), await cursor.boundingBox()];
    expect(arrow?.x).toBeGreaterThan(frame?.x ?? Infinity);
    expect((arrow?.x ?? 0) + (arrow?.width ?? 0)).toBeLessThan((frame?.x ?? 0) + (frame?.width ?? 0));
  });

  test('has variants as tabs, and side by side where there is room', async () => {
    await open();
    const runs = (): Promise<string[]> => visible('#experiment-2 .run');
    expect(await runs()).toEqual(['run-2-1']);
    const tabs = page.locator('#experiment-2').getByRole('tab');
    expect(await tabs.allTextContents()).toEqual(['data unread', 'nothing unread', 'data unsent']);
    await tabs.first().focus();
    await page.keyboard.press('ArrowLeft');
    expect(await runs()).toEqual(['run-2-3']);
    expect(await tabs.nth(2).getAttribute('aria-selected')).toBe('true');
    await page.setViewportSize({ width: 2560, height: 800 });
    await expect.poll(runs).toEqual(['run-2-1', 'run-2-2', 'run-2-3']);
    expect(await tabs.count()).toBe(0);
    const [one, two] = await Promise.all(['#run-2-1', '#run-2-2'].map((run) => page.locator(run).boundingBox()));
    expect(one?.y).toBe(two?.y);
    expect(two?.x).toBeGreaterThan((one?.x ?? 0) + 1000);
    await open(1280, '#run-2-2');
    expect(await runs()).toEqual(['run-2-2']);
  });

  test('has a side list with search, which a narrow page opens', async () => {
    await open(1900);
    const articles = (): Promise<string[]> => visible('.experiment');
    const links = page.locator('.side a:visible');
    expect(await links.count()).toBe(7);
    const list = await page.locator('.side').boundingBox();
    expect((list?.x ?? 0) + (list?.width ?? 0)).toBeLessThan((await page.locator('main').boundingBox())?.x ?? 0);
    await page.getByRole('searchbox').fill('CLOSE unsent');
    expect(await articles()).toEqual(['experiment-2']);
    expect(await page.locator('.side .count').textContent()).toBe('1 of 7');
    await page.getByRole('searchbox').fill('no such words');
    expect(await articles()).toEqual([]);
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await articles()).toHaveLength(7);
    expect(await links.nth(3).textContent()).toContain('aborted');
    await open();
    expect(await links.count()).toBe(0);
    await page.getByRole('button', { name: '7 experiments' }).focus();
    await page.keyboard.press('Enter');
    await links.nth(5).click();
    expect(await links.count()).toBe(0);
    await expect.poll(async () => (await page.locator('#experiment-6').boundingBox())?.y).toBeLessThan(100);
  });

  test('a printed page has a run of its own, with all variants, which starts with the picture', async () => {
    await open();
    await page.emulateMedia({ media: 'print' });
    expect(await visible('.run')).toHaveLength(9);
    expect(await page.locator('nav:visible, .stepper:visible, .tabs:visible, body > header:visible').count()).toBe(0);
    for (const id of ['#run-1-1', '#run-2-2']) {
      const run = page.locator(id);
      const top = async (part: string): Promise<number> => (await run.locator(part).first().boundingBox())?.y ?? NaN;
      const above = await run.evaluate((one) => {
        const picture = one.querySelector('.printed');
        return [...one.querySelectorAll('h3, p, table')]
          .filter(
            (other) =>
              picture !== null &&
              other.getBoundingClientRect().height > 0 &&
              (other.compareDocumentPosition(picture) & 4) > 0,
          )
          .map(({ textContent }) => textContent);
      });
      expect(above.every((text) => text === 'SO_LINGER of zero seconds resets: nothing unread')).toBe(true);
      expect(await top('.printed')).toBeLessThan(await top('.findings'));
    }
    const pdf = await page.pdf({ preferCSSPageSize: true });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThanOrEqual(9);
    expect(pages).toBeLessThanOrEqual(12);
  });

  test('what is said of an experiment is printed on the page of its last run, whatever paper the others are on', async () => {
    const long = { ...lostFin, about: 'What there is to see.', rule: 'Why it is so.' };
    const group = [plainClose, slowBurst].map((trace, index) => ({
      ...long,
      ...trace,
      name: 'one',
      title: 'One',
      variant: `${index}`,
    }));
    const html = experimentsHtml(group);
    expect([...html.matchAll(/<section class="run (\w+)"/g)].map(([, paper]) => paper)).toEqual(['across', 'upright']);
    await page.goto('about:blank');
    await page.setContent(html);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(2);
  });

  test('a wide screen has what came of a single run beside its picture', async () => {
    await page.setViewportSize({ width: 2560, height: 1400 });
    await page.emulateMedia({ media: 'screen' });
    await page.goto('about:blank');
    await page.setContent(experimentsHtml([plainClose]));
    const picture = await page.locator('.picture').boundingBox();
    for (const part of ['.stepper', '.beside > p', '.beside > details']) {
      const box = await page.locator(part).boundingBox();
      expect(box?.x, part).toBeGreaterThan((picture?.x ?? NaN) + (picture?.width ?? NaN));
      expect(box?.y, part).toBeLessThan((picture?.y ?? NaN) + (picture?.height ?? NaN));
    }
  });

  test('calls that are dots for want of room have their texts on a very wide screen and on paper', async () => {
    await page.emulateMedia({ media: 'screen' });
    await page.goto('about:blank');
    await page.setContent(experimentsHtml([manyHosts(5)]));
    const shown = async (width: number): Promise<string | null> => {
      await page.setViewportSize({ width, height: 1400 });
      return await page.locator('.stage:visible').getAttribute('class');
    };
    expect([await shown(390), await shown(1280), await shown(2560)]).toEqual([
      'stage narrow',
      'stage wide',
      'stage roomy',
    ]);
    const [few, all] = ['.wide', '.roomy'].map((stage) => page.locator(`.stage${stage}`));
    expect(await few?.locator('.dot').count()).toBeGreaterThan(4);
    expect(await all?.locator('.dot').count()).toBe(0);
    await all?.locator('tspan', { hasText: 'connect(' }).first().click();
    expect(await head()).toContain('connect(');
    expect(await page.locator('.stage.roomy .cursor').isVisible()).toBe(true);
    expect(await page.locator('.printed use').first().getAttribute('href')).toBe('#ladder-1-1-roomy');
  });

  test('on a phone many variants take one line of tabs, which is scrolled', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ media: 'screen' });
    await page.goto('about:blank');
    const names = ['one', 'two', 'three', 'four'].map((name) => `${name}, with a name that takes most of a line`);
    await page.setContent(experimentsHtml(names.map((variant) => ({ ...abortiveClose, variant }))));
    const list = page.getByRole('tablist');
    expect((await list.boundingBox())?.height).toBeLessThan(60);
    await list.getByRole('tab').first().focus();
    await page.keyboard.press('End');
    const [frame, tab] = [await list.boundingBox(), await list.getByRole('tab').last().boundingBox()];
    expect(tab?.x).toBeLessThan((frame?.x ?? 0) + (frame?.width ?? 0));
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  test.each([390, 1280])(
    'has nothing that axe finds at %i px',
    async (width) => {
      await open(width);
      await page.locator('#experiment-1, #experiment-2').evaluateAll((kept) => {
        for (const one of [...(kept[0]?.parentElement?.children ?? [])]) if (!kept.includes(one as never)) one.remove();
      });
      for (const button of await page.getByRole('button', { name: 'Next' }).all()) await button.click();
      await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
      type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };
      const { violations } = await page.evaluate<{ violations: Violation[] }>(
        "axe.run({ exclude: ['svg *'] }, { resultTypes: ['violations'] })",
      );
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
    },
    60_000,
  );
});
