import { expect, test } from 'vitest';
import { rules, unpredictables } from '../../src/explain/rules.js';
import { notes, unread, untried } from '../../src/explain/sayings.js';
import { explanationWords } from '../../src/explain/say.js';
import { causesText, explanationText } from '../../src/explain/text.js';
import { chineseTexts, chineseUnpredictables } from '../../src/explain/texts.zh.js';
import { type ExplanationWords, inEnglish } from '../../src/explain/words.js';
import { inChinese } from '../../src/explain/words.zh.js';
import type { Explanation } from '../../src/explain/explain.js';
import type { Unseen } from '../../src/explain/held.js';
import { tryEnglish, type TryWords } from '../../src/lab/try/words.js';
import { tryChinese } from '../../src/lab/try/words.zh.js';
import { differing, filledIn, foreignMark, marksIn, sentences } from '../support/chinese.js';

const cures = [...new Set(Object.values(rules).flatMap(({ cures: each }) => each.map(({ text }) => text)))];
const said = [...cures, ...Object.values(notes), ...Object.values(untried), ...Object.values(unread)];

test('every cure, note and reason has its Chinese text, with the names and numbers of the English one', () => {
  expect(said.filter((text) => chineseTexts[text] === undefined)).toEqual([]);
  expect(Object.keys(chineseTexts).filter((text) => !said.includes(text))).toEqual([]);
  for (const text of said) {
    const told = chineseTexts[text] ?? '';
    expect.soft({ told, differing: differing(text, told) }).toEqual({ told, differing: [] });
    expect(told).not.toMatch(foreignMark);
  }
  for (const text of cures) expect(chineseTexts[text]).toMatch(sentences);
});

test('why something is not predicted is said in Chinese', () => {
  for (const [id, text] of Object.entries(unpredictables)) {
    const told = chineseUnpredictables[id as keyof typeof unpredictables];
    expect.soft({ told, differing: differing(text, told) }).toEqual({ told, differing: [] });
    expect(told).toMatch(sentences);
    expect(told).not.toMatch(foreignMark);
  }
});

// Not of these: they choose their words by what they are given.
const choosing = new Set(['rule', 'told', 'unpredictable', 'trial', 'error', 'unseen', 'unseenProcess', 'causeHead']);
const keys = (Object.keys(inEnglish) as (keyof ExplanationWords)[]).filter((key) => !choosing.has(key));
const tryKeys = (Object.keys(tryEnglish) as (keyof TryWords)[]).filter((key) => key !== 'explanation');

test.each(keys)('the word %s of explanations fills in the same in both languages', (key) => {
  expect(marksIn(filledIn(inChinese[key]))).toEqual(marksIn(filledIn(inEnglish[key])));
});

test.each(tryKeys)('the word %s of sockwise try fills in the same in both languages', (key) => {
  expect(marksIn(filledIn(tryChinese[key]))).toEqual(marksIn(filledIn(tryEnglish[key])));
});

const unseen: readonly Unseen[] = [
  { kind: 'no-proc' },
  { kind: 'other-users', processes: 3 },
  { kind: 'passed-over', processes: 3 },
  { kind: 'out-of-time', processes: 3 },
  { kind: 'hidepid' },
  { kind: 'pid-namespace' },
  { kind: 'network-namespace' },
  { kind: 'no-sock-diag', reason: 'R' },
  { kind: 'options', sockets: 3, reason: 'R' },
];

test.each(unseen)('what was not seen is said in Chinese: $kind', (one) => {
  const given = Object.entries(one).flatMap(([key, value]) => (key === 'kind' ? [] : [String(value)]));
  const told = inChinese.unseen(one, (text) => text);
  for (const value of given) expect(told).toContain(value);
  expect(told).toMatch(sentences);
});

test('an explanation in Chinese has every part, and no English word but names', async () => {
  const words = await explanationWords('zh');
  expect(words).toBe(inChinese);
  expect(await explanationWords()).toBe(inEnglish);
  const explanation: Explanation = {
    code: 'EADDRINUSE',
    call: 'bind',
    free: false,
    request: { protocol: 'tcp', address: '0.0.0.0', port: 80, options: { SO_REUSEADDR: true } },
    holders: [],
    others: [],
    rule: 'held-by-time-wait',
    sentence: rules['held-by-time-wait'].text,
    cures: rules['held-by-time-wait'].cures.map((cure) => ({
      ...cure,
      trial: cure.action === undefined ? { result: 'not tried', reason: '' } : { result: 'works' },
    })),
    trial: { result: 'fails', call: 'bind', code: 'EADDRINUSE' },
    unseen: [],
    notes: [notes.namedListen],
  };
  const text = explanationText(explanation, words);
  expect(text).toContain('bind() 失败：TCP 0.0.0.0:80 （设了 SO_REUSEADDR），EADDRINUSE（地址已被使用）。');
  expect(text).toContain('［两个程序都要改；试过：有效］');
  // The line of kernel functions and man pages is the same in every language.
  const lines = text.split('\n').filter((line) => !line.includes('inet_bind_conflict()'));
  expect(lines.length).toBe(9);
  for (const line of lines) expect(line).toMatch(/[\u4e00-\u9fff]/);
  expect(causesText('EPERM', [], words)).toMatch(/^EPERM（不允许）有 0 种原因：$/);
});
