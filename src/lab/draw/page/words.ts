import { isRecord, type Json } from '../../record/json.js';
import type { Labels } from '../../record/labels.js';
import { english, type ReportWords } from '../report-words.js';

/** What a part of an observation is called; its key where nothing says. */
export function labelOf(key: string, labels: Labels = {}): string {
  return labels[key] ?? key;
}

/** An observation without the marks of JSON: `port held: yes; states: LISTEN, TIME_WAIT`. */
export function textOf(value: Json, labels: Labels = {}, words: ReportWords = english): string {
  const { yes, no, none, nothing, marks } = words;
  const parts = (record: Readonly<Record<string, Json>>, between: string): string =>
    Object.entries(record)
      .map(([key, part]) => `${labelOf(key, labels)}${marks.label}${textOf(part, labels, words)}`)
      .join(between);
  if (isRecord(value)) return parts(value, marks.part);
  if (typeof value === 'boolean') return value ? yes : no;
  if (value === null) return none;
  if (typeof value !== 'object') return String(value);
  if (value.length === 0) return nothing;
  // What belongs together stands closer together.
  if (value.some(isRecord))
    return value
      .map((item) => (isRecord(item) ? parts(item, marks.item) : textOf(item, labels, words)))
      .join(marks.part);
  return value.map((item) => textOf(item, labels, words)).join(marks.item);
}
