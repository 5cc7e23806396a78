import { isRecord, type Json } from '../../record/json.js';
import { escapeXml } from './escape.js';
import type { Labels } from '../../record/result.js';
import { labelOf, textOf } from './words.js';

/** An observation of several parts is a line a part. */
export function shown(value: Json, labels: Labels = {}): string {
  if (!isRecord(value)) return `<code>${escapeXml(textOf(value, labels))}</code>`;
  return Object.entries(value)
    .map(
      ([key, part]) =>
        `<div><span class="soft">${escapeXml(labelOf(key, labels))}:</span> ${shown(part, labels)}</div>`,
    )
    .join('');
}
