import { describe, expect, it } from 'vitest';
import { quantile, ratios, shuffled, summarize } from '../../bench/support/statistics.mjs';

describe('quantile()', () => {
  it('is a value of the list where one lies at the share', () => {
    expect(quantile([30, 10, 20], 0)).toBe(10);
    expect(quantile([30, 10, 20], 0.5)).toBe(20);
    expect(quantile([30, 10, 20], 1)).toBe(30);
  });

  it('lies between two values in proportion', () => {
    expect(quantile([10, 20], 0.5)).toBe(15);
    expect(quantile([0, 10, 20, 30], 0.25)).toBe(7.5);
  });

  it('sorts by number, and leaves the list as it was', () => {
    const values = [9, 100, 20];
    expect(quantile(values, 0.5)).toBe(20);
    expect(values).toEqual([9, 100, 20]);
  });

  it('refuses an empty list', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

describe('summarize()', () => {
  it('is not moved by one round that was interrupted', () => {
    expect(summarize([1, 2, 3, 4, 1000])).toEqual({ median: 3, q1: 2, q3: 4, min: 1, max: 1000 });
  });
});

describe('ratios()', () => {
  it('compares round by round, so that a slow round cancels out', () => {
    expect(ratios([2, 20, 3], [1, 10, 2])).toEqual([2, 2, 1.5]);
  });

  it('refuses lists of different rounds', () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
  });
});

describe('shuffled()', () => {
  it('keeps every item once, and the given list as it was', () => {
    const items = ['a', 'b', 'c', 'd'];
    expect(shuffled(items).toSorted()).toEqual(items);
    expect(items).toEqual(['a', 'b', 'c', 'd']);
  });

  it('draws each item from what is left, so that any can come first', () => {
    const drawing = (...draws: number[]) => shuffled(['a', 'b', 'c'], () => draws.shift() ?? 0).join('');
    expect(drawing(0.99, 0.99)).toBe('abc');
    expect(drawing(0, 0)).toBe('bca');
    expect(drawing(0, 0.99)).toBe('cba');
  });
});
