// Pieces of Markdown that the generators share.

/** Text in a cell of a table. */
export const cell = (text) =>
  text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ').replace(/[<*_]/g, '\\$&');

/** Backquotes inside code need a longer fence (CommonMark 6.1). */
function code(text) {
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${text.replaceAll('|', '\\|')}${fence}`;
}

/** A value of JSON: an object is a line a key, which reads better than JSON in a narrow column. */
export function value(json) {
  if (json === null || typeof json !== 'object') return code(String(json));
  if (Array.isArray(json)) return json.length === 0 ? 'nothing' : json.map(value).join(', ');
  return Object.entries(json)
    .map(([key, inner]) => `${cell(key)}: ${value(inner)}`)
    .join('<br>');
}
