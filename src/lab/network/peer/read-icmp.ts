import { readUnsigned } from '../../record/read-number.js';
import { Scanner } from '../../record/scanner.js';
import type { About, WrittenIcmp } from './packet-notation.js';

const typeName = /[a-z_][a-z0-9_]*/iy;
const codeName = /(?!(?:mtu|id)\b)[a-z_][a-z0-9_]*/iy;

/** A number of bytes in brackets. */
export function readLength(scanner: Scanner): number {
  scanner.must('(');
  const length = readUnsigned(scanner, 'a number of bytes', 16);
  scanner.must(')');
  return length;
}

function readAbout(scanner: Scanner): About {
  if (scanner.take(/udp\b/y) !== undefined) return { protocol: 'UDP', length: readLength(scanner) };
  if (scanner.take(/raw\b/y) !== undefined) return { protocol: 'raw', length: readLength(scanner) };
  const seq = readUnsigned(scanner, 'a sequence number', 32);
  scanner.must(':');
  readUnsigned(scanner, 'a sequence number', 32);
  return { protocol: 'TCP', seq, length: readLength(scanner) };
}

/** Reads a message from its type on. `defined` has names of codes that a script gives itself. */
export function readIcmp(scanner: Scanner, defined: ReadonlyMap<string, string> = new Map()): WrittenIcmp {
  const type = scanner.must(typeName, 'a type of ICMP');
  const name = scanner.take(codeName);
  const code = name && (defined.get(name) ?? name);
  const mtu = scanner.take(/mtu\b/y) === undefined ? undefined : readUnsigned(scanner, 'an MTU', 32);
  const id = scanner.take(/id\b/y) === undefined ? undefined : readUnsigned(scanner, 'an identifier', 16);
  const about = scanner.take('[') === undefined ? undefined : readAbout(scanner);
  if (about !== undefined) scanner.must(']');
  return {
    kind: 'icmp',
    type,
    ...(code !== undefined && { code }),
    ...(mtu !== undefined && { mtu }),
    ...(id !== undefined && { id }),
    ...(about !== undefined && { about }),
  };
}

/** A message that is a text of its own, from its type on. */
export function parseIcmp(text: string, file: string): WrittenIcmp {
  const scanner = new Scanner(text, file);
  const message = readIcmp(scanner);
  return scanner.isAtEnd ? message : scanner.fail('the end');
}
