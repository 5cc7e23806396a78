import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases } from '../../../../src/claims/cases.js';
import { launchChromium, listenedPage, noChromium } from '../../../support/chromium.js';
import { canMakeNamespaces } from '../../../support/namespaces.js';
import { needs } from '../../../support/needs.js';
import { sockwise } from '../../../support/matrix.js';

/** Contrast of text on its background as WCAG 2.2 defines it, of computed colours; run in the page. */
const contrast = `(element) => {
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const { color, backgroundColor } = getComputedStyle(element);
  const [light, dark] = [luminance(color), luminance(backgroundColor)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}`;

interface Shown {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

describe.skipIf(noChromium !== '')(`the page${noChromium}`, () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let said: string[];
  const slow = cases.find((one) => one.waitsFor !== undefined)?.id ?? '';

  beforeAll(async () => {
    folder = mkdtempSync(`${tmpdir()}/sockwise-`);
    const { code, stderr } = await sockwise(
      ['matrix', '--quick', '--html', `${folder}/matrix.html`, '--case', 'G1', 'G4', 'G5', 'G6', 'G7', 'C19', slow],
      { deadlineMs: 60_000 },
    );
    expect([code, stderr]).toEqual([0, '']);
    browser = await launchChromium();
    page = await listenedPage(browser, (text) => void said.push(text));
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Loads the page anew: of what a test before has changed, nothing is left. A page of its own would cost a process. */
  async function open({ width = 1280, colorScheme = 'light' }: Shown = {}): Promise<void> {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme, media: 'screen' });
    // From another document, or the part of the address that names a case would stay.
    await page.goto('about:blank');
    await page.goto(pathToFileURL(`${folder}/matrix.html`).href);
  }

  const shown = (): Promise<string[]> =>
    page.locator('.case:visible').evaluateAll((found) => found.map(({ id }) => id));

  beforeEach(async () => {
    said = [];
    await open();
  });

  afterEach(() => expect(said).toEqual([]));

  test('shows the cases that have all the words searched for', async () => {
    expect(await shown()).toHaveLength(7);
    await page.locator('#search').fill('unsent LAST_ACK');
    expect(await shown()).toEqual(['G5']);
    await expect.poll(() => page.locator('#count').textContent()).toBe('1 of 7 cases');
    await page.locator('#search').fill('');
    expect(await shown()).toHaveLength(7);
  });

  test('has cases whose title has the words first, then those whose claim or sentence has them', async () => {
    await page.locator('#search').fill('time_wait');
    const found = await shown();
    const titles = await page.locator('.case:visible .title').allTextContents();
    const inTitle = titles.map((title) => title.includes('TIME_WAIT'));
    expect(inTitle).toContain(true);
    expect(inTitle).toContain(false);
    expect(inTitle.indexOf(false)).toBe(inTitle.lastIndexOf(true) + 1);
    await page.locator('#search').fill('');
    expect(await shown()).not.toEqual(found);
  });

  test('counts in its buttons and headings what the filter leaves', async () => {
    await page.locator('#search').fill('unsent LAST_ACK');
    const counts = await page.locator('button[data-verdict]').allTextContents();
    expect(counts.map((text) => Number.parseInt(text, 10)).reduce((sum, one) => sum + one)).toBe(1);
    await page.locator('#search').fill('');
    await page.getByRole('button', { name: 'skipped' }).click();
    // More than one where there are no namespaces.
    const skipped = await page.locator('.case[data-verdict=skipped]').count();
    expect(skipped).toBeGreaterThan(0);
    expect(await page.locator('main h2:visible').allTextContents()).toContain(`${skipped} skipped`);
  });

  test('says that nothing was found, and shows all again', async () => {
    await page.locator('#search').fill('no such words');
    expect(await shown()).toEqual([]);
    expect(await page.locator('#none').textContent()).toMatch(/^No case has all of these words/);
    await page.locator('#none button').click();
    expect(await shown()).toHaveLength(7);
    expect(await page.locator('#none').isVisible()).toBe(false);
  });

  test('names the articles, and says what the verdicts mean above the first of them', async () => {
    expect(await page.locator('ul.articles').textContent()).toContain('000, "bind fails when the server is restarted"');
    expect(await page.locator('.meanings dt').allTextContents()).toEqual(
      expect.arrayContaining(['refuted', 'qualified', 'confirmed', 'skipped']),
    );
  });

  test('has claim, sentence, what to do and rules of each case', async () => {
    const html = await page.locator('#G7').innerHTML();
    expect(html).toMatch(/class="claim".*class="because".*What to do:.*class="rules"/s);
  });

  test('draws each row of a case, before its events', async () => {
    await open({ width: 360 });
    const rows = page.locator('#G7 .body details:has(.events)');
    expect(await rows.count()).toBe(4);
    const first = rows.first();
    await page.locator('#G7').evaluate((item) => item.setAttribute('open', ''));
    await first.evaluate((item) => item.setAttribute('open', ''));
    const top = async (part: string): Promise<number> => (await first.locator(part).boundingBox())?.y ?? Number.NaN;
    expect(await top('.picture svg')).toBeLessThan(await top('.events'));
    // Where the lines of the hosts are, not beside them.
    const box = async (part: string) => await first.locator(part).first().boundingBox();
    await expect.poll(async () => (await box('.life'))?.x ?? 0).toBeLessThan(300);
    expect((await box('.life'))?.x).toBeGreaterThan(100);
  });

  test('breaks on paper between cases', async () => {
    await page.emulateMedia({ media: 'print' });
    const style = (of: string, name: string): Promise<string> =>
      page
        .locator(of)
        .first()
        .evaluate(
          (item, key) => item.ownerDocument.defaultView?.getComputedStyle(item).getPropertyValue(key) ?? '',
          name,
        );
    expect(await style('#G1', 'break-inside')).toBe('avoid');
    await page.locator('#G5').evaluate((item) => item.setAttribute('open', ''));
    expect(await style('#G5', 'break-inside')).toBe('auto');
    expect(await style('#G5 .body p', 'break-inside')).toBe('avoid');
    expect(await style('.controls', 'display')).toBe('none');
    // What its words mean cannot be opened on paper.
    expect(await page.locator('#G5 .words dt').first().isVisible()).toBe(true);
    // Nor can what was run, of which only what is open is printed.
    expect(await page.locator('#G5 .happened').isVisible()).toBe(false);
    await page
      .locator('#G5 .happened details')
      .first()
      .evaluate((item) => item.setAttribute('open', ''));
    expect(await page.locator('#G5 .happened details:visible').count()).toBe(1);
    expect(await page.locator('#G5 .happened h3').isVisible()).toBe(true);
  });

  test('has the rules of its pictures once, and no second picture of their states', async () => {
    expect(await page.locator('style').count()).toBe(1);
    expect(await page.locator('#G5 .happened svg').count()).toBe(await page.locator('#G5 .happened details').count());
  });

  test('a long event goes on below its call, not below its time', async (context) => {
    needs(context, canMakeNamespaces, 'no network namespaces, of which events that long tell');
    await open({ width: 620 });
    await page.locator('#G5').evaluate((item) => item.setAttribute('open', ''));
    await page
      .locator('#G5 .happened details')
      .first()
      .evaluate((item) => item.setAttribute('open', ''));
    const lefts = await page
      .locator('#G5 .events > li:has(code):not(:has(table))')
      .evaluateAll((items) =>
        items.map((item) =>
          [...item.querySelectorAll('code')].flatMap((code) => [...code.getClientRects()].map(({ left }) => left)),
        ),
      );
    expect(lefts.some((each) => each.length > 1)).toBe(true);
    const at = await page
      .locator('#G5 .events .at')
      .evaluateAll((items) => items.map((item) => item.getBoundingClientRect().right));
    for (const each of lefts) for (const left of each) expect(left).toBeGreaterThanOrEqual(Math.max(...at) - 1);
  });

  test('has pictures beside the table, and cases side by side, on a wide screen', async () => {
    const left = async (of: string): Promise<number> =>
      (await page.locator(of).boundingBox({ timeout: 5000 }))?.x ?? Number.NaN;
    const places = async (): Promise<boolean[]> => {
      await page.locator('#G5').evaluate((item) => item.removeAttribute('open'));
      const [one = '', two = ''] = await page
        .locator('section[data-verdict=qualified] .case')
        .evaluateAll((all) => all.map(({ id }) => id));
      const pairs = [
        ['header .meanings', 'header .articles'],
        [`#${one}`, `#${two}`],
      ] as const;
      const beside: boolean[] = [];
      for (const [a, b] of pairs) beside.push((await left(a)) + 100 < (await left(b)));
      await page.locator('#G5').evaluate((item) => item.setAttribute('open', ''));
      return [...beside, (await left('#G5 table.rows')) < (await left('#G5 .states'))];
    };
    expect(await places()).toEqual([false, false, false]);
    await open({ width: 2560 });
    expect(await places()).toEqual([true, true, true]);
  });

  test('has nothing that axe finds', async () => {
    // The cases are built alike, and axe takes its time: of two of them one row, and of the grids all.
    await page
      .locator('.case:not(#G4, #G7), .body details:has(.events) ~ details:has(.events)')
      .evaluateAll((all) => all.forEach((one) => one.remove()));
    await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    type Violation = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };
    const { violations } = await page.evaluate<{ violations: Violation[] }>(
      "axe.run({ exclude: ['svg *'] }, { resultTypes: ['violations'] })",
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
  }, 120_000);

  test('does not find a case by a state that only its diagram names', async () => {
    expect(await page.locator('#G7 figure').evaluate(({ textContent }) => textContent)).toContain('LAST_ACK');
    await page.locator('#search').fill('LAST_ACK');
    expect(await shown()).not.toContain('G7');
  });

  test('hides the heading of a verdict with no case left', async () => {
    const headings = (): Promise<string[]> => page.locator('main h2:visible').allTextContents();
    expect((await headings()).slice(0, 2)).toEqual(['1 refuted', expect.stringMatching(/qualified$/)]);
    await page.getByRole('button', { name: 'refuted' }).click();
    expect((await headings()).filter((text) => /^\d/.test(text))).toEqual(['1 refuted']);
  });

  test('shows a case that the filter hides when its link is followed', async () => {
    await page.locator('.ids summary').click();
    await page.locator('#search').fill('unsent');
    expect(await shown()).toEqual(['G5']);
    await page.locator('.ids a[href="#G1"]').click();
    await expect.poll(() => page.locator('#G1').getAttribute('open')).not.toBeNull();
    expect(await shown()).toHaveLength(7);
  });

  test('shows a verdict only, by keyboard', async () => {
    const button = page.getByRole('button', { name: 'refuted' });
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    // Which cases those are is the kernel's affair.
    const refuted = await page
      .locator('.case[data-verdict="refuted"]')
      .evaluateAll((found) => found.map(({ id }) => id));
    expect(refuted.length).toBeGreaterThan(0);
    expect(refuted.length).toBeLessThan(7);
    expect(await shown()).toEqual(refuted);
    await page.keyboard.press('Space');
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    expect(await shown()).toHaveLength(7);
  });

  test('opens a case by keyboard and by its link', async () => {
    const item = page.locator('#G5');
    expect(await item.getAttribute('open')).toBeNull();
    await item.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    expect(await item.getAttribute('open')).not.toBeNull();
    expect(await page.locator('#G1').getAttribute('open')).toBeNull();
    await page.locator('h3 a[href="#G7"]').click();
    await expect.poll(() => page.locator('#G7').getAttribute('open')).not.toBeNull();
  });

  test.each([360, 1200])('does not scroll sideways at %i px, with everything open', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test.each(['light', 'dark'] as const)('has verdicts that can be read in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (const verdict of ['refuted', 'qualified', 'confirmed', 'skipped']) {
      const element = `document.querySelector('.case .verdict.${verdict}')`;
      expect(await page.evaluate<number>(`(${contrast})(${element})`)).toBeGreaterThanOrEqual(4.5);
    }
    const backs = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(backs).toBe(colorScheme === 'light' ? 'rgb(253, 253, 252)' : 'rgb(20, 24, 29)');
  });
});
