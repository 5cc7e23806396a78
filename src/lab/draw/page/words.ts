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
  if (isRecord(value))
    return Object.entries(value)
      .map(([key, part]) => `${labelOf(key, labels)}${marks.label}${textOf(part, labels, words)}`)
      .join(marks.part);
  if (typeof value === 'boolean') return value ? yes : no;
  if (value === null) return none;
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? nothing : value.map((part) => textOf(part, labels, words)).join(marks.item);
}
