import { expect, test } from 'vitest';
import { scriptOf } from '../../scripts/script-of.mjs';

const file = `
import { experiment } from '../kit/index.js';

const port = 8080;
function listen({ host }) {
  return host('server').listen({ port });
}

/** The first. */
export const first = experiment('First', { name: 'first' }, (context) => listen(context));

export const second = experiment('Second', { name: 'second' }, () => 2);

export const all = [first, second];
`;

test('the script of an experiment is its statement and what that rests on, directly or not', () => {
  expect(scriptOf(file, 'first').map((text) => text.split('\n', 1)[0])).toEqual([
    'const port = 8080;',
    'function listen({ host }) {',
    "export const first = experiment('First', { name: 'first' }, (context) => listen(context));",
  ]);
});

test('another experiment in the same file changes nothing of it', () => {
  expect(scriptOf(file, 'second')).toHaveLength(1);
  expect(scriptOf(file.replace(/export const first[^;]*;/, ''), 'second')).toEqual(scriptOf(file, 'second'));
});

test('an experiment that a file does not have is an error', () => {
  expect(() => scriptOf(file, 'third')).toThrow("no statement has the name 'third'");
});
