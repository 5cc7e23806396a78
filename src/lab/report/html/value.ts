import { isRecord, type Json } from '../../json.js';
import { escapeXml } from '../escape.js';

/** An observation of several parts is a line a part. */
export function shown(value: Json): string {
  if (!isRecord(value)) return `<code>${escapeXml(plain(value))}</code>`;
  return Object.entries(value)
    .map(([key, part]) => `<div><span class="soft">${escapeXml(key)}</span> ${shown(part)}</div>`)
    .join('');
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
