/** Characters as wide as two letters: East Asian Width W and F of Unicode's UAX #11, in whole blocks. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Marks that stand over the letter before them. */
const mark = /[\p{Mn}\p{Me}]/u;

/**
 * Combining marks are the first in Unicode that do not take one column. Most texts have no such character: of U+2000 to U+22FF, among
 * them dashes, ellipses and arrows, only the marks for symbols are one.
 */
const special = /[\u0300-\u1fff]|[\u20d0-\u20ff]|[\u2300-\uffff]/;

/** No line begins with these, or ends with those. */
const closing = /[、。，．：；！？）］｝」』】〉》〕…‥・ー％”’]/u;
const opening = /[（［｛「『【〈《〔“‘]/u;

/** How many columns of a terminal, or widths of a letter, the character takes. */
export function columnsOf(char: string): number {
  if (mark.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}

export function columns(text: string): number {
  if (!special.test(text)) return text.length;
  let sum = 0;
  for (const char of text) sum += columnsOf(char);
  return sum;
}

/** What a line may be broken between, of a word without spaces: Chinese and Japanese have none. */
export function unitsOf(word: string): string[] {
  const units: string[] = [];
  let before = '';
  for (const char of word) {
    const last = units.at(-1);
    const goesOn = columnsOf(char) === 0 || closing.test(char) || opening.test(before);
    const isLetter = columnsOf(char) === 1 && columnsOf(before) === 1;
    if (last !== undefined && (goesOn || isLetter)) units[units.length - 1] = last + char;
    else units.push(char);
    if (columnsOf(char) > 0) before = char;
  }
  return units;
}
