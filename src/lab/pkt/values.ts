import { constants } from 'node:os';
import { catalog, levels } from '../../index.js';
import type { Value } from './script.js';

/** What words of scripts stand for; errors and signals have those of the machine, options those of the catalogue. */
const words: Readonly<Record<string, number | undefined>> = {
  NULL: 0,
  SOL_IP: levels.IPPROTO_IP,
  SOL_IPV6: levels.IPPROTO_IPV6,
  SOL_TCP: levels.IPPROTO_TCP,
  SOL_UDP: levels.IPPROTO_UDP,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_NONBLOCK: 0o4000,
  F_GETFL: 3,
  F_SETFL: 4,
  // linux/tcp.h: another name of TCP_INQ.
  TCP_CM_INQ: optionNumber('TCP_INQ'),
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  IP_PMTUDISC_DONT: 0,
  IP_PMTUDISC_WANT: 1,
  IP_PMTUDISC_DO: 2,
  IP_PMTUDISC_PROBE: 3,
};

function optionNumber(name: string): number | undefined {
  const row = Object.hasOwn(catalog, name) ? Object.entries(catalog).find(([key]) => key === name)?.[1] : undefined;
  return row !== undefined && 'number' in row ? row.number : undefined;
}

/** The number a word stands for; undefined for one that is not known. */
export function wordNumber(name: string): number | undefined {
  const known: Readonly<Record<string, number | undefined>> = { ...levels, ...constants.errno, ...words };
  return known[name] ?? optionNumber(name);
}

/** The number a value is: flags that are or-ed together too. */
export function numberOf(value: Value): number | undefined {
  switch (value.kind) {
    case 'number':
      return value.value;
    case 'word':
      return wordNumber(value.name);
    case 'or': {
      const parts = value.parts.map(numberOf);
      return parts.includes(undefined) ? undefined : parts.reduce<number>((sum, part) => sum | (part ?? 0), 0);
    }
    case 'made':
      return value.by === 'htons' && value.of[0] !== undefined ? numberOf(value.of[0]) : undefined;
    default:
      return undefined;
  }
}

/** Names that are or-ed together, as flags of a send; a 0 is none. */
export function namesOf(value: Value | undefined): string[] {
  if (value === undefined) return [];
  if (value.kind === 'or') return value.parts.flatMap(namesOf);
  return value.kind === 'word' ? [value.name] : [];
}

/** A value as it is written. */
export function valueText(value: Value): string {
  switch (value.kind) {
    case 'any':
      return '...';
    case 'number':
      return String(value.value);
    case 'word':
      return value.name;
    case 'text':
      return JSON.stringify(value.text);
    case 'or':
      return value.parts.map(valueText).join('|');
    case 'array':
      return `[${value.items.map(valueText).join(', ')}]`;
    case 'struct':
      return `{${value.fields.map(({ name, value: of }) => (name === undefined ? '' : `${name}=`) + valueText(of)).join(', ')}}`;
    case 'made':
      return `${value.by}(${value.of.map(valueText).join(', ')})`;
  }
}

/** The bytes an option is set to: an array of ints, a structure of ints, or a text. */
export function optionBytes(value: Value, length: number): Uint8Array | undefined {
  if (value.kind === 'text') return Buffer.from(value.text, 'latin1').subarray(0, length);
  const items =
    value.kind === 'array' ? value.items : value.kind === 'struct' ? value.fields.map((field) => field.value) : [];
  const [only] = items;
  if (items.length === 1 && only?.kind === 'struct') return optionBytes(only, length);
  const numbers = items.map(numberOf);
  if (numbers.length === 0 || numbers.includes(undefined)) return undefined;
  const bytes = Buffer.alloc(Math.max(4 * numbers.length, length));
  for (const [index, number] of numbers.entries()) bytes.writeInt32LE((number ?? 0) | 0, 4 * index);
  return bytes.subarray(0, length);
}
