import type { Json } from '../../lab/record/json.js';

function valueOf(findings: Json, key: string): Json | undefined {
  const entries = typeof findings === 'object' && findings !== null ? Object.entries(findings) : [];
  return new Map<string, Json>(entries).get(key);
}

function mistaken(findings: Json, key: string, type: string): TypeError {
  return new TypeError(`findings: expected ${type} as ${key}, got ${JSON.stringify(findings)}`);
}

/** One of the findings of an experiment, which is text. */
export function textOf(findings: Json, key: string): string {
  const value = valueOf(findings, key);
  if (typeof value !== 'string') throw mistaken(findings, key, 'text');
  return value;
}

/** Several of them, in this order of keys. */
export function textsOf<K extends string>(findings: Json, keys: readonly K[]): Record<K, string> {
  return Object.fromEntries(keys.map((key) => [key, textOf(findings, key)])) as Record<K, string>;
}

/** One that is a number. */
export function numberOf(findings: Json, key: string): number {
  const value = valueOf(findings, key);
  if (typeof value !== 'number') throw mistaken(findings, key, 'a number');
  return value;
}

/** Variants that are told apart by their names alone. */
export function byName<Name extends string>(names: readonly Name[]): Readonly<Record<string, Name>> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
