import { describe, expect, test } from 'vitest';
import { comesTrue, until } from '../../../src/lab/record/until.js';

describe('until', () => {
  test('looks again until there is something to see', async () => {
    let looks = 0;
    expect(await until(() => (++looks === 3 ? 'seen' : undefined), 'the third look')).toBe('seen');
  });

  test('rejects with what was waited for when the time is over', async () => {
    await expect(until(() => undefined, 'the impossible', { deadlineMs: 1 })).rejects.toThrow(/the impossible/);
  });
});

describe('comesTrue', () => {
  test('is true as soon as it is so, and false when the time is over', async () => {
    let looks = 0;
    expect(await comesTrue(() => ++looks === 3, 'the third look')).toBe(true);
    expect(await comesTrue(() => false, 'the impossible', 1)).toBe(false);
  });

  test('passes on any other error', async () => {
    const broken = new Error('no socket table');
    const look = (): boolean => {
      throw broken;
    };
    await expect(comesTrue(look, 'anything')).rejects.toBe(broken);
  });
});
