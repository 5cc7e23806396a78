import { isRecord, type Json } from '../../record/json.js';
import { escapeXml } from './escape.js';
import { textOf, wordsOf } from './words.js';

/** An observation of several parts is a line a part. */
export function shown(value: Json): string {
  if (!isRecord(value)) return `<code>${escapeXml(textOf(value))}</code>`;
  return Object.entries(value)
    .map(([key, part]) => `<div><span class="soft">${escapeXml(wordsOf(key))}:</span> ${shown(part)}</div>`)
    .join('');
}
