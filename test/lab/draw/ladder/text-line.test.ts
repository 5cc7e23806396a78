import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columns } from '../../../../src/lab/draw/text/columns.js';
import { TextLine } from '../../../../src/lab/draw/ladder/text-line.js';

function lineOf(...texts: readonly (readonly [at: number, text: string])[]): string {
  const line = new TextLine();
  for (const [at, text] of texts) line.put(at, text, 'plain');
  return line.toString();
}

test('what is put later stands over what was there', () => {
  expect(lineOf([0, 'LISTEN'], [2, 'ab'])).toBe('LIabEN');
  expect(lineOf([4, 'x'])).toBe('    x');
});

test('half of a wide character that was written over is a space', () => {
  expect(lineOf([0, '重置'], [1, 'x'])).toBe(' x置');
  expect(lineOf([0, '重置'], [0, 'x'])).toBe('x 置');
  expect(lineOf([0, '重置'], [1, '接'])).toBe(' 接');
});

test('a line is as wide as what reaches farthest, whatever stands over what', () => {
  const put = fc.tuple(fc.nat(9), fc.string({ unit: fc.constantFrom('a', '重', 'é', ' '), maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(put, { maxLength: 6 }), (texts) => {
      const farthest = Math.max(0, ...texts.map(([at, text]) => at + columns(text)));
      expect(columns(lineOf(...texts))).toBeLessThanOrEqual(farthest);
    }),
    { numRuns: 500 },
  );
});
