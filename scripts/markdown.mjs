// Pieces of Markdown that the generators share. Needs `npm run build:ts` before.
import { labelOf, markdownCell as cell, textOf } from '../dist/claims/documents.js';

export { cell };

/** Backquotes inside code need a longer fence (CommonMark 6.1). */
function code(text) {
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${text.replaceAll('|', '\\|')}${fence}`;
}

/** A value of JSON: an object is a line a key, which reads better than JSON in a narrow column. `labels` name its parts. */
export function value(json, labels = {}) {
  if (json === null || typeof json !== 'object') return code(textOf(json));
  if (Array.isArray(json)) return json.length === 0 ? 'nothing' : json.map((part) => value(part, labels)).join(', ');
  return Object.entries(json)
    .map(([key, inner]) => `${cell(labelOf(key, labels))}: ${value(inner, labels)}`)
    .join('<br>');
}
