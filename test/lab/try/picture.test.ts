import { expect, test } from 'vitest';
import { tryHtml, trySvg } from '../../../src/lab/try/picture.js';
import type { TryResult } from '../../../src/lab/try/try.js';

const bind = { do: 'bind', address: '0.0.0.0', port: 80 } as const;
const result: TryResult = {
  kernel: '6.18.0',
  works: false,
  calls: [
    { socket: 'A', step: { do: 'option', name: 'SO_BINDTODEVICE', value: '<b>&' }, outcome: 'ENODEV' },
    { socket: 'A', step: bind, outcome: 'ok', predicted: 'ok', agrees: true, rule: 'port-free', sockets: [] },
    {
      socket: 'B',
      step: bind,
      outcome: 'EADDRINUSE',
      predicted: 'ok',
      agrees: false,
      rule: 'held-by-bound-socket',
      sockets: ['A', 'A.1'],
    },
  ],
};

test('the picture has a line for each socket, a mark for each call, and one from what is in the way', () => {
  const svg = trySvg(result);
  expect(svg.match(/<circle /g)).toHaveLength(3);
  expect(svg.match(/font-weight="700">[AB]</g)).toHaveLength(2);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  expect(svg).toContain('<title>What Linux 6.18.0 does with 2 sockets</title>');
  expect(svg).toContain('held-by-bound-socket (A, A.1); the model says ok');
  expect([svg.includes('<b>'), svg.includes('&lt;b&gt;&amp;')]).toEqual([false, true]);
});

test('the page has the picture, a line for each call, each rule once, and needs nothing else', () => {
  const page = tryHtml(result);
  expect(page).toContain(trySvg(result));
  expect(page.match(/<tr><td>/g)).toHaveLength(3);
  expect(page.match(/<dt><code>/g)).toHaveLength(2);
  expect(page).toContain('1 of 2 predicted calls are as the model predicts');
  expect(/(?:src|href)=/.test(page)).toBe(false);
});

test('nothing done draws nothing, and fails not', () => {
  expect(trySvg({ kernel: '6.18.0', works: true, calls: [] })).toContain('does with 0 sockets');
});
