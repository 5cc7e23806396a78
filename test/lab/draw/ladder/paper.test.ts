import { describe, expect, test } from 'vitest';
import { boxOf, textOf } from '../../../../src/lab/draw/ladder/label.js';
import { layoutOf } from '../../../../src/lab/draw/ladder/layout.js';
import { printOf } from '../../../../src/lab/draw/ladder/paper.js';
import { experimentsHtml } from '../../../../src/lab/draw/page/experiments.js';
import { laidOut } from '../../../support/drawn.js';
import { plainClose, longDialogue, oneHost, threeHosts, traces } from '../../../support/traces.js';

const layouts = [...traces, { ...longDialogue, name: 'long-dialogue' }].map(
  (trace) => [trace.name, laidOut(trace)] as const,
);

describe('on paper', () => {
  test.each(layouts)('%s is whole, and no text is cut', (_, layout) => {
    for (const above of [0, 175, 1000]) {
      const { parts, scale, head } = printOf(layout, 75, above);
      expect(parts.map(({ top }) => top)).toEqual([0, ...parts.slice(0, -1).map(({ bottom }) => bottom)]);
      expect(parts.at(-1)?.bottom).toBe(layout.height);
      const cuts = parts.slice(1).map(({ top }) => top);
      const cutTexts = layout.labels.filter((label) => {
        const ys = boxOf(label).map(({ y }) => y);
        return cuts.some((cut) => Math.min(...ys) < cut && Math.max(...ys) > cut);
      });
      expect(cutTexts.map(textOf)).toEqual([]);
      expect(layout.width * scale).toBeLessThan(960.01);
      for (const { top, bottom } of parts) expect((bottom - top + (top === 0 ? 0 : head)) * scale).toBeLessThan(960.01);
    }
  });

  test('is on the paper that shows it larger', () => {
    expect(printOf(layoutOf(plainClose), 75, 0)).toMatchObject({ paper: 'across', parts: [{ top: 0 }] });
    expect(printOf(layoutOf(threeHosts), 75, 0)).toMatchObject({ paper: 'across', parts: [{ top: 0 }] });
    expect(printOf(layoutOf(oneHost), 75, 0)).toMatchObject({ paper: 'upright', scale: 1 });
  });

  test('has letters of five points or more, over as many pages as it takes', () => {
    const { parts, scale } = printOf(layoutOf(longDialogue), 75, 0);
    expect(parts.length).toBeGreaterThan(2);
    expect(scale * 12 * 0.75).toBeGreaterThan(5);
  });

  test('lies across where it is too wide to be read upright, on several pages too', () => {
    const layout = { ...layoutOf(longDialogue), width: 1500 };
    const { paper, parts, scale } = printOf(layout, 75, 0);
    expect(paper).toBe('across');
    expect(parts.length).toBeGreaterThan(2);
    expect(scale * 12 * 0.75).toBeGreaterThan(5);
  });

  test('begins each page but the first with the names of the hosts', () => {
    const { parts, head } = printOf(layoutOf(longDialogue), 75, 0);
    const html = experimentsHtml([longDialogue]);
    expect(html.match(/<div class="part">/g)).toHaveLength(parts.length);
    expect(html.match(new RegExp(`viewBox="0 0 [0-9]+ ${head}"`, 'g'))).toHaveLength(parts.length - 1);
  });
});
