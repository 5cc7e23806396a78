import { isRecord, type Json } from '../../record/json.js';
import { escapeXml } from './escape.js';
import type { Labels } from '../../record/labels.js';
import { english, type ReportWords } from '../report-words.js';
import { labelOf, textOf } from './words.js';

/** An observation of several parts is a line a part. */
export function shown(value: Json, labels: Labels = {}, words: ReportWords = english): string {
  if (!isRecord(value)) return `<code>${escapeXml(textOf(value, labels, words))}</code>`;
  const { label } = words.marks;
  const mark = label.trimEnd();
  const gap = label.slice(mark.length);
  return Object.entries(value)
    .map(
      ([key, part]) =>
        `<div><span class="soft">${escapeXml(labelOf(key, labels))}${mark}</span>${gap}${shown(part, labels, words)}</div>`,
    )
    .join('');
}
