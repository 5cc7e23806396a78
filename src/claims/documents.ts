// What the scripts that write docs/ take besides the face of the lab and the claims.
export { wayFacts } from './closing/ways-to-close.experiments.js';
export { sourceOf } from './experiments.js';
export { fateOf } from './grid/tally.js';
export { reasonText } from '../lab/record/compare.js';
export { markdownCell } from '../lab/draw/markdown.js';
export { labelOf, textOf } from '../lab/draw/page/words.js';
export { verdicts } from '../lab/draw/verdicts.js';
export { placeOf } from '../explain/cite.js';
export { articlesText } from '../lab/draw/text/articles-text.js';
export { english } from '../lab/draw/report-words.js';
export { alike } from '../lab/draw/alike.js';
export { wordsUsed } from '../lab/draw/words-used.js';
