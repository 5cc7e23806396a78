import type { Event } from '../../src/lab/record/event.js';

/** Names and numbers, which are the same in every language: of the C interface, of states, errnos, sysctls, cases, commands. */
export const names =
  /[A-Z][A-Z0-9_]{2,}|\b[a-z_]+\(\)|\b(?:net|tcp|ip)[._][a-z0-9_.]*[a-z0-9]|\b[A-Z]\d+\b|`[^`]*`|\d[\d,.]*\d|\d/g;
/** Chinese writes RST where English may say reset. */
const maybe = new Set(['RST']);

function namesIn(text: string): Set<string> {
  return new Set(text.match(names) ?? []);
}

/** The names that only one of the two texts has. */
export function differing(englishText: string, chineseText: string): string[] {
  const [said, told] = [namesIn(englishText), namesIn(chineseText)];
  const lost = [...said].filter((name) => !told.has(name)).map((name) => `without ${name}`);
  const added = [...told].filter((name) => !said.has(name) && !maybe.has(name)).map((name) => `with ${name}`);
  return [...lost, ...added];
}

export const sentences = /^[^\s].*[。？]$/s;
/** A comma, colon or full stop of English behind or before a Chinese character. */
export const foreignMark = /[\u4e00-\u9fff][,;:!?]|[\u4e00-\u9fff]\.(?!\w)|[,;:!?] ?[\u4e00-\u9fff]/;

/** Keys of words of which a function is given something; the words with what is given as marks that can be told apart. */
export function filledIn(word: unknown): string {
  if (typeof word !== 'function') return JSON.stringify(word);
  const marks = Array.from({ length: word.length }, (_, index) => `⟨${index}⟩`);
  return (word as (...given: string[]) => string)(...marks);
}

/** The marks of {@link filledIn} that are in a text. */
export function marksIn(text: string): string[] {
  return (text.match(/⟨\d⟩/g) ?? []).toSorted();
}

/** What a script says, which every language has a text for. */
export function saidBy(event: Event): string[] {
  switch (event.kind) {
    case 'look':
      return [event.about];
    case 'mark':
      return [event.text];
    case 'remark':
      return [event.text, ...(event.said === undefined ? [] : [event.said])];
    case 'process':
      return event.change === 'ends' && event.text !== undefined ? [event.text] : [];
    case 'call':
    case 'link':
    case 'segment':
      return [];
  }
}
