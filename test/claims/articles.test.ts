import { describe, expect, test } from 'vitest';
import { inOrder } from '../../src/claims/articles.js';
import { cases } from '../../src/claims/cases.js';

const of = (id: string, ...articles: readonly string[]) => ({ id, articles });

describe('the ids of cases', () => {
  test('are ordered by article, then by number', () => {
    const some = [of('R1'), of('C10', '001'), of('C9', '001', '002'), of('G1', '000')];
    expect(inOrder(some).map(({ id }) => id)).toEqual(['G1', 'C9', 'C10', 'R1']);
    expect(inOrder(cases)).toEqual(cases);
  });

  test.each([
    ['is there twice', [of('G1', '000'), of('G2', '000'), of('G1', '000')], 'case G1: the id is there twice'],
    ['is of an unknown letter', [of('Z1')], 'case Z1: expected one of the letters G, C, S, A, L, R, V, P'],
    ['has no number', [of('G', '000')], 'case G: expected'],
    ['is of the letter of another article', [of('G1', '001')], 'case G1: its letter is for article 000'],
    ['is of no article and names one', [of('R1', '001')], 'case R1: its letter is for no article'],
    ['names an article that is not there', [of('G1', '000', '005')], 'case G1: there is no article 005'],
  ])('are refused where one %s', (_, some, message) => {
    expect(() => inOrder(some)).toThrow(message);
  });
});
