import { isRecord, type Json } from '../../record/json.js';
import type { Labels } from '../../record/result.js';

const flags = /\b(syn|ack|fin|rst)\b/g;

/** A key of an observation as a reader has it: `repeatedFin` is `repeated FIN`. */
export function wordsOf(key: string): string {
  return key
    .replace(/(?<=[a-z0-9])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(flags, (flag) => flag.toUpperCase());
}

/** What a part of an observation is called. */
export function labelOf(key: string, labels: Labels = {}): string {
  return labels[key] ?? wordsOf(key);
}

/** An observation without the marks of JSON: `port held: yes; states: LISTEN, TIME_WAIT`. */
export function textOf(value: Json, labels: Labels = {}): string {
  if (isRecord(value))
    return Object.entries(value)
      .map(([key, part]) => `${labelOf(key, labels)}: ${textOf(part, labels)}`)
      .join('; ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? 'nothing' : value.map((part) => textOf(part, labels)).join(', ');
}
