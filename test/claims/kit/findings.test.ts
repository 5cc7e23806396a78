import { expect, test } from 'vitest';
import { numberOf, textOf } from '../../../src/claims/kit/findings.js';

const findings = { sent: 'RST', bytes: 5 };

test('a finding is taken by its name', () => {
  expect(textOf(findings, 'sent')).toBe('RST');
  expect(numberOf(findings, 'bytes')).toBe(5);
});

test.each([
  ['of another type', findings, 'bytes'],
  ['that is not there', findings, 'read'],
  ['of a run without findings', null, 'sent'],
  ['of what is no object', 'RST', 'sent'],
])('a finding %s is a mistake of the case', (_, given, key) => {
  expect(() => textOf(given, key)).toThrow(`expected text as ${key}`);
});

test('text is no number', () => {
  expect(() => numberOf(findings, 'sent')).toThrow('expected a number as sent');
});
