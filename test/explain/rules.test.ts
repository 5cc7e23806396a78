import { describe, expect, test } from 'vitest';
import { rules, unpredictables } from '../../src/explain/rules.js';

describe('rules', () => {
  test.each(Object.entries(rules))('%s has what a reader needs', (id, rule) => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(rule.text).toMatch(/^\S.*\.$/);
    expect(rule.kernel).toMatch(/\w+\(\)/);
    expect(rule.calls).not.toEqual([]);
    expect(rule.protocols).not.toEqual([]);
    expect(rule.cures.length === 0).toBe(rule.outcome === 'ok');
    for (const { text } of rule.cures) expect(text).toMatch(/^[A-Z].*\.$/);
  });

  test('say each thing once', () => {
    const texts = Object.values(rules).map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
  });
});

test('every reason why an outcome is not predicted is a sentence', () => {
  for (const text of Object.values(unpredictables)) expect(text).toMatch(/^[A-Z].*\.$/);
});
