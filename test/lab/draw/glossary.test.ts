import { describe, expect, test } from 'vitest';
import { cases } from '../../../src/claims/cases.js';
import { englishGlossary, used } from '../../../src/lab/draw/glossary.js';
import { english } from '../../../src/lab/draw/report-words.js';
import { chinese } from '../../../src/lab/draw/report-words.zh.js';
import { wordsUsed } from '../../../src/lab/draw/words-used.js';

const wordsOf = (text: string): string[] =>
  wordsUsed([{ title: '', claim: text, because: '', advice: '', rows: [] }], english).map(({ word }) => word);

describe('the glossary', () => {
  test('says what the words of a text mean, and no others', () => {
    expect(wordsOf('A server on ANY and one on A or B exclude each other: EADDRINUSE.')).toEqual([
      'ANY, the wildcard',
      'A and B',
      'EADDRINUSE',
    ]);
    expect(wordsOf('The most specific address wins.')).toEqual(['specific']);
    expect(wordsOf('It goes on trying.')).toEqual([]);
  });

  test('does not take the article for an address', () => {
    expect(wordsOf('A close takes four segments.')).toEqual([]);
    expect(wordsOf('from ANY to B')).toContain('A and B');
    expect(wordsOf('TIME_WAIT of A on [::]')).toContain('A and B');
  });

  test('has a sentence for each word in either language', () => {
    for (const { glossary } of [english, chinese])
      for (const { word, means } of Object.values(glossary)) {
        expect(word).not.toBe('');
        expect(means).toMatch(/[.。]$/);
      }
  });

  test('has no word that no case uses', () => {
    const texts = cases.flatMap(({ title, claim, advice, rowNames, laws }) => [
      title,
      claim,
      advice,
      ...rowNames,
      JSON.stringify(laws),
    ]);
    const idle = Object.entries(used).filter(([, pattern]) => !texts.some((text) => pattern.test(text)));
    expect(idle.map(([id]) => id)).toEqual([]);
    expect(Object.keys(englishGlossary)).toEqual(Object.keys(used));
  });
});
