import { expect, test } from 'vitest';
import { fileOfEach } from '../../src/cli/several-files.js';

test('the file of one run is that which was named', () => {
  expect(fileOfEach('out.svg', ['unread data'])).toEqual(['out.svg']);
});

test('those of several are named by the run, before the ending', () => {
  expect(fileOfEach('a/b.c/out.svg', ['TIME_WAIT, with it', 'SO_LINGER {1, 0}'])).toEqual([
    'a/b.c/out-time-wait-with-it.svg',
    'a/b.c/out-so-linger-1-0.svg',
  ]);
  expect(fileOfEach('out', ['關閉', 'b'])).toEqual(['out-關閉', 'out-b']);
});

test('no two have the same name', () => {
  expect(fileOfEach('x.svg', ['a b', 'a-b', 'a.b', '…', '!'])).toEqual([
    'x-a-b.svg',
    'x-a-b-2.svg',
    'x-a-b-3.svg',
    'x-.svg',
    'x--2.svg',
  ]);
});
