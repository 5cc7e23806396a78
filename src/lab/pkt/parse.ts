import { readSegment } from '../network/peer/notation.js';
import { readIcmp, readLength } from '../network/peer/read-icmp.js';
import { readNumber, readUnsigned } from '../record/read-number.js';
import { type Place, Scanner } from '../record/scanner.js';
import type { WrittenIp } from '../network/peer/as-written.js';
import type { WrittenPorts } from '../network/peer/packet-notation.js';
import type { Line, PktScript, SegmentLine, Value, Way, When } from './script.js';
import { numberOf, valueText } from './values.js';

const time = /\d*\.?\d+/y;
const word = /[a-z_][a-z0-9_]*/iy;
const address = /[0-9a-f:.]+(?=\s*>)|[0-9a-f:.]+(?=\s*:\s)/iy;

/** Names given on the command line of a script, and what stands for them: `--define=NAME=VALUE`. */
type Defined = ReadonlyMap<string, string>;

function readMs(scanner: Scanner): number {
  return Number(scanner.must(time, 'a time in seconds')) * 1000;
}

function readWhen(scanner: Scanner): When {
  if (scanner.take('*') !== undefined) return { kind: 'any' };
  const kind = scanner.take('+') === undefined ? 'at' : 'after';
  const ms = readMs(scanner);
  if (scanner.take('~') === undefined) return { kind, ms };
  if (kind === 'after') scanner.must('+');
  return { kind, ms, latestMs: readMs(scanner) };
}

function readText(scanner: Scanner): string | undefined {
  return scanner.take(/"(?:\\.|[^"\\\n])*"/y)?.slice(1, -1);
}

function readList(scanner: Scanner, close: string, defined: Defined, places: Place[] = []): Value[] {
  const values: Value[] = [];
  places.push(scanner.place);
  if (scanner.take(close) !== undefined) return values;
  do {
    places[values.length] = scanner.place;
    values.push(readValue(scanner, defined));
  } while (scanner.take(',') !== undefined);
  places.push(scanner.place);
  scanner.must(close, `"," or ${JSON.stringify(close)}`);
  return values;
}

function readFields(scanner: Scanner, defined: Defined): Value {
  const fields: { name?: string; value: Value }[] = [];
  do {
    // `msg_iov(1)=` and `msg_name(...)=` have a size between name and value.
    const name = scanner.take(/[a-z_][a-z0-9_]*(?=\s*(?:\([^()]*\)\s*)?=)/iy);
    if (name !== undefined) {
      scanner.take(/\([^()]*\)/y);
      scanner.must('=');
    }
    fields.push({ ...(name !== undefined && { name }), value: readValue(scanner, defined) });
  } while (scanner.take(',') !== undefined);
  scanner.must('}', '"," or "}"');
  return { kind: 'struct', fields };
}

function readWord(scanner: Scanner, name: string, defined: Defined): Value {
  if (scanner.take('(') !== undefined) return { kind: 'made', by: name, of: readList(scanner, ')', defined) };
  const given = defined.get(name);
  if (given === undefined) return { kind: 'word', name };
  const value = Number(given);
  if (given !== '' && Number.isFinite(value)) return { kind: 'number', value };
  return /^".*"$/.test(given) ? { kind: 'text', text: given.slice(1, -1) } : { kind: 'word', name: given };
}

function readOne(scanner: Scanner, defined: Defined): Value {
  if (scanner.take('...') !== undefined) return { kind: 'any' };
  if (scanner.take('[') !== undefined) return { kind: 'array', items: readList(scanner, ']', defined) };
  if (scanner.take('{') !== undefined) return readFields(scanner, defined);
  const text = readText(scanner);
  if (text !== undefined) {
    scanner.take('...');
    return { kind: 'text', text };
  }
  const value = readNumber(scanner);
  if (value !== undefined) return { kind: 'number', value };
  const name = scanner.take(word);
  return name === undefined ? scanner.fail('a value') : readWord(scanner, name, defined);
}

function readValue(scanner: Scanner, defined: Defined): Value {
  const parts = [readOne(scanner, defined)];
  while (scanner.take('|') !== undefined) parts.push(readOne(scanner, defined));
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : { kind: 'or', parts };
}

const ecns = ['noecn', 'ect01', 'ect0', 'ect1', 'ce'] as const;

function readByte(scanner: Scanner, what: string): number {
  const { place } = scanner;
  const value = readNumber(scanner) ?? scanner.fail(what);
  return value >= 0 && value < 256 ? value : scanner.refuse(`${what}: expected 0 to 255, got ${value}`, place);
}

/** `[ect0]`, `(tos 0x10, ttl 64)`. */
function readIp(scanner: Scanner): WrittenIp {
  const open = scanner.take(/[[(](?=\s*(?:noecn|ect01|ect0|ect1|ce|tos|ttl|flowlabel)\b)/y);
  if (open === undefined) return {};
  let ip: WrittenIp = {};
  do {
    const ecn = ecns.find((name) => scanner.take(name) !== undefined);
    if (ecn !== undefined) ip = { ...ip, ecn };
    else if (scanner.take('tos') !== undefined) ip = { ...ip, tos: readByte(scanner, 'a TOS byte') };
    else if (scanner.take('ttl') !== undefined) ip = { ...ip, ttl: readByte(scanner, 'a TTL') };
    else scanner.fail('an ECN field, "tos" or "ttl"');
  } while (scanner.take(',') !== undefined);
  scanner.must(open === '[' ? ']' : ')');
  return ip;
}

type Happens = { readonly place: Place; readonly when: When };

/** What the importer does not know of the network layer: it is named where it stands. */
const otherPacket = /(?:gre|GREv0|mpls|psp)\b/y;

function readPorts(scanner: Scanner): WrittenPorts | undefined {
  if (!scanner.isNext(/\d+\s*>\s*\d/y)) return undefined;
  const source = readUnsigned(scanner, 'a port', 16);
  scanner.must('>');
  return { source, destination: readUnsigned(scanner, 'a port', 16) };
}

function readPacket(scanner: Scanner, happens: Happens, way: Way, defined: Defined): Line {
  let ip = readIp(scanner);
  let addresses: SegmentLine['addresses'];
  if (scanner.take(/ipv[46]\b/y) !== undefined) {
    ip = { ...ip, ...readIp(scanner) };
    const source = scanner.must(address, 'an address');
    scanner.must('>');
    const destination = scanner.must(address, 'an address').replace(/:$/, '');
    scanner.must(':');
    addresses = { source, destination };
    ip = { ...ip, ...readIp(scanner) };
  }
  const { place } = scanner;
  const other = scanner.take(otherPacket);
  if (other !== undefined) scanner.refuse(`${other} packets cannot be played: TCP, UDP and ICMP alone`, place);
  const begun = { ...happens, way, ip, ...(addresses !== undefined && { addresses }) };
  if (scanner.take(/icmp\b/y) !== undefined) return { ...begun, ...readIcmp(scanner, defined) };
  const isDatagram = scanner.take(/udp\b/y) !== undefined;
  const ports = readPorts(scanner);
  const withPorts = { ...begun, ...(ports !== undefined && { ports }) };
  if (isDatagram) return { ...withPorts, kind: 'udp', length: readLength(scanner) };
  return { ...withPorts, kind: 'segment', segment: readSegment(scanner, defined) };
}

function readCall(scanner: Scanner, happens: Happens, defined: Defined): Line {
  const returnsMs = scanner.take('...') === undefined ? undefined : readMs(scanner);
  const name = scanner.must(word, 'a system call, "<", ">", "`" or "%{"');
  scanner.must('(');
  const argPlaces: Place[] = [];
  const args = readList(scanner, ')', defined, argPlaces);
  scanner.must('=');
  const resultPlace = scanner.place;
  const result = readValue(scanner, defined);
  if (result.kind !== 'any' && numberOf(result) === undefined)
    scanner.refuse(`${name}: expected a number or "..." as result, got ${valueText(result)}`, resultPlace);
  const errno = scanner.take(/E[A-Z0-9]+/y);
  // What strerror(3) says, or what a flag means: for the reader.
  scanner.take(/\([^()\n]*\)/y);
  return {
    ...happens,
    kind: 'call',
    name,
    args,
    argPlaces,
    result,
    ...(errno !== undefined && { errno }),
    ...(returnsMs !== undefined && { returnsMs }),
  };
}

function readShell(scanner: Scanner): string | undefined {
  return scanner.take('`') === undefined ? undefined : scanner.until('`', 'a command').trim();
}

function readLine(scanner: Scanner, defined: Defined): Line {
  const { place } = scanner;
  const happens = { place, when: readWhen(scanner) };
  if (scanner.take('<') !== undefined) return readPacket(scanner, happens, 'in', defined);
  if (scanner.take('>') !== undefined) return readPacket(scanner, happens, 'out', defined);
  const command = readShell(scanner);
  if (command !== undefined) return { ...happens, kind: 'shell', command };
  if (scanner.take('%{') !== undefined) {
    const codePlace = scanner.place;
    return { ...happens, kind: 'code', code: scanner.until('}%', 'code'), codePlace };
  }
  return readCall(scanner, happens, defined);
}

function readOptions(scanner: Scanner): PktScript['options'][number][] {
  const options: PktScript['options'][number][] = [];
  for (;;) {
    const { place } = scanner;
    const name = scanner.take(/--[a-z0-9_]+/iy);
    if (name === undefined) return options;
    const value = scanner.take('=') === undefined ? '' : scanner.must(/(?:"[^"\n]*"|`[^`]*`|[^\s"`])+/y, 'a value');
    options.push({ name: name.slice(2), value, place });
  }
}

function definitions(options: PktScript['options']): Map<string, string> {
  return new Map(
    options
      .filter(({ name }) => name === 'define')
      .map(({ value }) => [value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1)] as const),
  );
}

/** The first comment, without its slashes and the lines of its licence. */
function aboutOf(text: string): string {
  const [comment = ''] = /^\s*(?:\/\/[^\n]*\n)+/.exec(text) ?? [];
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\/\/\s?/, '').trim())
    .filter((line) => line !== '' && !/^(?:SPDX-|Copyright\b)/.test(line))
    .join(' ');
}

function readLines(scanner: Scanner, defined: Defined): Line[] {
  const lines: Line[] = [];
  try {
    while (!scanner.isAtEnd) {
      const { place } = scanner;
      const command = readShell(scanner);
      if (command === undefined) lines.push(readLine(scanner, defined));
      else lines.push({ kind: 'shell', place, when: { kind: 'after', ms: 0 }, command });
    }
  } catch (error) {
    // Brackets in brackets, beyond the stack.
    if (error instanceof RangeError) scanner.refuse('nested too deeply', scanner.place);
    throw error;
  }
  return lines;
}

/**
 * Reads a script in packetdrill's language.
 *
 * @throws {ScriptError} `ERR_ARGUMENT_INVALID` - with line and column, and what was expected there.
 */
export function parsePkt(text: string, file: string, given: Defined = new Map(), folder = '.'): PktScript {
  const scanner = new Scanner(text, file);
  const options = readOptions(scanner);
  const defined = new Map([...definitions(options), ...given]);
  const lines = readLines(scanner, defined);
  return { file, folder, options, lines, about: aboutOf(text) };
}
