import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { schemes } from '../../../../src/lab/draw/ladder/palette.js';
import { overlap, type Shape } from '../../../../src/lab/draw/ladder/geometry.js';
import { experimentsHtml } from '../../../../src/lab/draw/page/experiments.js';
import { layoutOf } from '../../../../src/lab/draw/ladder/layout.js';
import { printOf } from '../../../../src/lab/draw/ladder/paper.js';
import { ladderSvg } from '../../../../src/lab/draw/ladder/svg.js';
import type { Trace } from '../../../../src/lab/record/trace.js';
import { launchChromium, listenedPage, noChromium } from '../../../support/chromium.js';
import { pictured } from '../../../support/drawn.js';
import {
  abortiveClose,
  longRun,
  longTexts,
  lostFin,
  plainClose,
  longDialogue,
  slowBurst,
  threeHosts,
  timeWaitGap,
  traces,
} from '../../../support/traces.js';

interface Shown {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

interface ShownText {
  readonly text: string;
  readonly corners: Shape;
  readonly page: number;
}

/** Corners of every text in every picture, as drawn; run in the page. */
const shownTexts = `[...document.querySelectorAll('svg')].filter((svg) => svg.checkVisibility()).flatMap((svg, page) =>
  [...svg.querySelectorAll('text')].map((text) => {
    const { x, y, width, height } = text.getBBox();
    const matrix = text.getCTM();
    const corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]].map(([x, y]) => {
      const point = new DOMPoint(x, y).matrixTransform(matrix);
      return { x: point.x, y: point.y };
    });
    return { text: [...text.querySelectorAll('tspan')].map((part) => part.textContent).join(''), corners, page };
  }))`;

/** Texts that stick out of their picture; run in the page. */
const cutTexts = `[...document.querySelectorAll('svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom;
  }).map((text) => text.textContent);
})`;

function overlaps(texts: readonly ShownText[]): string[] {
  return texts.flatMap((one, index) =>
    texts
      .slice(index + 1)
      .filter((other) => other.page === one.page && overlap(one.corners, other.corners) > 1)
      .map((other) => `${one.text} | ${other.text}`),
  );
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** As WCAG 2.2 defines it. */
function contrast(ink: string, back: string): number {
  const [light = 0, dark = 0] = [luminance(ink), luminance(back)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe('the picture', () => {
  test('stands alone: it holds its style and needs nothing else', () => {
    const svg = ladderSvg(abortiveClose);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('<title id="');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import|href=/);
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
    expect(svg).toContain('@media print');
  });

  test('says in words what happens', () => {
    const desc = /<desc[^>]*>(.*?)<\/desc>/s.exec(ladderSvg(abortiveClose))?.[1] ?? '';
    expect(desc).toContain('Hosts from left to right: client, server.');
    expect(desc).toContain('2.52 ms: client sends RST ACK seq=1 ack=1 to server.');
    expect(desc).toContain('server calls peer: recv(): ECONNRESET.');
    expect(/<desc[^>]*>(.*?)<\/desc>/s.exec(ladderSvg(lostFin))?.[1]).toContain('to server, which is lost');
  });

  test('marks what failed, was reset, was lost and was sent again', () => {
    expect(ladderSvg(abortiveClose)).toContain('<tspan class="t-bad"> ECONNRESET</tspan>');
    expect(ladderSvg(abortiveClose)).toContain('<g class="a-rst">');
    expect(ladderSvg(lostFin)).toContain('<g class="a-fin again lost">');
    expect(ladderSvg(timeWaitGap)).toContain('class="b-waiting"');
  });

  test('has names that no other picture has', () => {
    const names = (svg: string): string[] => [...svg.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id);
    const all = traces.flatMap((trace) => names(pictured(trace)));
    expect(new Set(all).size).toBe(all.length);
    const page = names(experimentsHtml([plainClose, plainClose]));
    expect(new Set(page).size).toBe(page.length);
  });

  test('of a very long run is no larger than that of a short one', () => {
    const svg = pictured(longRun);
    expect(svg).toContain('99,996 segments');
    expect(svg.length).toBeLessThan(2 * pictured(plainClose).length);
  });

  test('escapes what the script and the kernel said', () => {
    for (const output of [ladderSvg(longTexts), experimentsHtml([longTexts])]) {
      expect(output).not.toContain('<markup>');
      expect(output).not.toContain('<script>alert');
    }
  });

  test.each(['light', 'dark'] as const)('has texts that can be read in %s', (scheme) => {
    const colours = schemes[scheme];
    const { page, mark, badBack, established, opening, active, passive, waiting, listening, ink, soft, bad } = colours;
    const onPage = [ink, soft, bad, colours.good, colours.syn, colours.fin, colours.rst];
    const pairs = [
      ...onPage.flatMap((tone) => [page, colours.strip].map((back) => [tone, back] as const)),
      ...[established, opening, active, passive, waiting, listening, mark].map((back) => [ink, back] as const),
      ...[established, opening, active, passive, mark].map((back) => [soft, back] as const),
      [bad, badBack] as const,
    ];
    expect(pairs.filter(([tone, back]) => contrast(tone, back) < 4.5)).toEqual([]);
  });
});

describe.skipIf(noChromium !== '')(`in a browser${noChromium}`, () => {
  let browser: Browser;
  let page: Page;
  let said: string[];
  let all: string;

  beforeAll(async () => {
    all = experimentsHtml(traces);
    browser = await launchChromium();
    page = await listenedPage(browser, (text) => void said.push(text));
  }, 60_000);

  afterAll(() => browser?.close());

  beforeEach(() => {
    said = [];
  });

  afterEach(() => expect(said).toEqual([]));

  /** Shows something else in the page. A page of its own would cost a process. */
  async function open(html: string, { colorScheme = 'light', width = 1280 }: Shown = {}): Promise<void> {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, media: null });
    // Another document, or the scripts of two pages would share their names.
    await page.goto('about:blank');
    await page.setContent(html);
  }

  test.each([1400, 390])('texts are apart and whole at %i px, in light and in dark', async (width) => {
    await open(all, { width });
    const texts = await page.evaluate<ShownText[]>(shownTexts);
    expect(texts.length).toBeGreaterThan(300);
    expect(overlaps(texts)).toEqual([]);
    expect(await page.evaluate<string[]>(cutTexts)).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.emulateMedia({ colorScheme: 'dark' });
    // Where a text stands does not depend on its colour.
    expect(await page.evaluate<ShownText[]>(shownTexts)).toEqual(texts);
    expect(await page.evaluate<string[]>(cutTexts)).toEqual([]);
  });

  test('texts have their own size at any width, and what is wider than the page is scrolled', async () => {
    const sizes = `[...document.querySelectorAll('.picture')].map((one) => {
      const svg = one.querySelector('.wide svg');
      return [svg.getBoundingClientRect().width - Number(svg.getAttribute('width')), one.tabIndex, getComputedStyle(one).overflowX];
    })`;
    await open(all, { width: 390 });
    for (const width of [800, 1000, 2400]) {
      await page.setViewportSize({ width, height: 900 });
      const shown = await page.evaluate<unknown[]>(sizes);
      expect(shown).toEqual(shown.map(() => [0, 0, 'auto']));
    }
  });

  test('stand side by side where there is room for the widest, else one below the other', async () => {
    const lefts = `new Set([...document.querySelectorAll('.experiment')].map((one) => one.getBoundingClientRect().left)).size`;
    const two = [plainClose, abortiveClose];
    const widest = Math.max(...two.map((trace) => layoutOf(trace).width));
    await open(experimentsHtml(two), { width: 2 * widest + 430 });
    expect(await page.evaluate<number>(lefts)).toBe(2);
    await page.setViewportSize({ width: 2 * widest + 200, height: 900 });
    expect(await page.evaluate<number>(lefts)).toBe(1);
    await page.setViewportSize({ width: 390, height: 900 });
    expect(await page.evaluate<number>(lefts)).toBe(1);
  });

  test('the page is printed in light colours', async () => {
    await open(experimentsHtml([plainClose]), { colorScheme: 'dark' });
    const back = (): Promise<string> => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(await back()).toBe('rgb(20, 24, 29)');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await back()).toBe('rgb(255, 255, 255)');
  });

  test('a picture is printed on the page of its heading, and one that is too tall goes over several', async () => {
    const pages = async (all: readonly Trace[]): Promise<number> => {
      await open(experimentsHtml(all));
      const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
      return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    };
    expect(await pages([plainClose])).toBe(1);
    expect(await pages([slowBurst])).toBe(1);
    expect(await pages([threeHosts, lostFin])).toBe(2);
    expect(await pages([longDialogue])).toBe(printOf(layoutOf(longDialogue), 75, 60).parts.length);
  });

  test('every picture is well-formed XML', async () => {
    await open('');
    const mistakes = `(pictures) => pictures.map((text) =>
      new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent ?? '')`;
    const found = await page.evaluate<string[]>(`(${mistakes})(${JSON.stringify(traces.map(pictured))})`);
    expect(found).toEqual(traces.map(() => ''));
  });

  test.each(['light', 'dark'] as const)('the picture follows the %s scheme', async (colorScheme) => {
    await open(ladderSvg(plainClose), { colorScheme });
    const fill = (selector: string): Promise<string> =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('svg ${selector}')).fill`);
    const rgb = (hex: string): string =>
      `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;
    expect(await fill('rect.page')).toBe(rgb(schemes[colorScheme].page));
    expect(await fill('.b-waiting')).toBe(rgb(schemes[colorScheme].waiting));
    await page.emulateMedia({ media: 'print', colorScheme });
    expect(await fill('rect.page')).toBe(rgb(schemes.light.page));
  });
});
