import type { CallEvent, Event, ProcessEvent, SegmentEvent, TableRow } from '../../record/event.js';
import { isRecord, type Json } from '../../record/json.js';
import type { Endpoint } from '../../record/segment.js';
import { describeSegment } from '../../network/peer/segment.js';
import { runEnglish, type RunWords } from '../run-words.js';

/** An event in words: what was done, and what came of it. */
export interface Said {
  /** As `connect(192.168.0.1:8080)`, `eth0 down`. */
  readonly text: string;
  /** The same without its arguments, as `connect()`. */
  readonly name: string;
  /** As `ok`, `5 bytes`, `ECONNRESET`; empty where there is nothing to say. */
  readonly result: string;
  readonly failed: boolean;
}

/** Calls whose value is a number of bytes, and whose argument is one. */
const bytesCalls: ReadonlySet<string> = new Set(['send', 'recv', 'write', 'read']);

export function endpointText({ address, port }: Endpoint): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function optionTexts(options: Json | undefined): string[] {
  if (options === undefined || !isRecord(options)) return [];
  return Object.entries(options).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
}

function socketArguments(settings: { readonly [key: string]: Json }, words: RunWords): string {
  const { family, type, options, uid } = settings;
  const kind = [family, type].filter((word) => typeof word === 'string');
  return [...kind, ...optionTexts(options), ...(uid === undefined ? [] : [words.asUser(String(uid))])].join(', ');
}

function argumentText(call: string, value: Json, words: RunWords): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return bytesCalls.has(call) ? words.bytes(value) : String(value);
  if (!isRecord(value)) return JSON.stringify(value);
  const { address, port, path } = value;
  if (typeof path === 'string') return path;
  if (typeof address === 'string' && typeof port === 'number') return endpointText({ address, port });
  return call === 'socket' ? socketArguments(value, words) : JSON.stringify(value);
}

function callText({ name, args }: CallEvent, words: RunWords): string {
  if (name === 'sysctl') return `sysctl -w ${args.map((arg) => argumentText(name, arg, words)).join('=')}`;
  return `${name}(${args.map((arg) => argumentText(name, arg, words)).join(', ')})`;
}

/** Of a call that gave nothing before it failed, what it failed with says all. */
function isRepeated({ repeated, outcome }: CallEvent): boolean {
  return repeated === true && outcome?.value !== 0;
}

/** That there is nothing more for now ends a repeated call; it is no failure. */
function hasFailed({ repeated, outcome }: CallEvent): boolean {
  return outcome?.ok !== true || (repeated === true && outcome.errno !== undefined && outcome.errno !== 'EAGAIN');
}

/** What a call returned, or the errno it failed with. */
function outcomeText(call: CallEvent, words: RunWords): string {
  const { name, outcome } = call;
  if (outcome === undefined) return words.notReturned;
  const { value, errno } = outcome;
  if (isRepeated(call) && typeof value === 'number') return words.then(words.bytes(value), errno ?? words.endOfStream);
  if (errno !== undefined) return errno;
  if (value === undefined) return 'ok';
  if (typeof value === 'number' && bytesCalls.has(name))
    return value === 0 && name === 'recv' ? words.endOfStream : words.bytes(value);
  if (name === 'SOCK_DESTROY') return words.destroyed(String(value));
  if (isRecord(value)) {
    const { address, port } = value;
    if (typeof address === 'string' && typeof port === 'number') return endpointText({ address, port });
  }
  return JSON.stringify(value);
}

function saidOfCall(call: CallEvent, words: RunWords): Said {
  const text = callText(call, words);
  return {
    text: isRepeated(call) ? words.againAndAgain(text) : text,
    name: call.name === 'sysctl' ? text : `${call.name}()`,
    result: outcomeText(call, words),
    failed: hasFailed(call),
  };
}

function processText(
  { actor, change, text = '', ok }: ProcessEvent,
  words: RunWords,
): { text: string; result: string } {
  const result = ok ? 'ok' : words.failed;
  switch (change) {
    case 'starts':
      return { text: words.starts(actor), result };
    case 'prints':
      return { text: words.prints(actor), result: text };
    case 'ends':
      return { text: words.ended(actor), result: text };
    case 'takes its socket':
      return { text: words.takesItsSocket(actor), result };
  }
}

function statesOf(rows: readonly TableRow[], words: RunWords): string {
  return rows.map(({ state }) => state).join(', ') || words.noSockets;
}

function segmentResult({ way, lost }: SegmentEvent, words: RunWords): string {
  if (lost === true) return words.lost;
  return way === 'gets' ? words.got : words.sent;
}

/** Says an event in words. */
export function saidOf(event: Event, words = runEnglish): Said {
  const said = (text: string, result: string, failed = false): Said => ({ text, name: text, result, failed });
  switch (event.kind) {
    case 'call':
      return saidOfCall(event, words);
    case 'look':
      return said(event.about, statesOf(event.rows, words));
    case 'mark':
      return said(event.text, words.mark);
    case 'link':
      return said(words.link({ ...event, link: event.link ?? 'eth0' }), event.outcome.errno ?? 'ok', !event.outcome.ok);
    case 'process': {
      const { text, result } = processText(event, words);
      return said(text, result, !event.ok);
    }
    case 'segment':
      return said(words[event.way](describeSegment(event)), segmentResult(event, words));
    case 'remark':
      return said(event.text, event.said ?? '');
  }
}

/** Who did it, and in words what: as `listener.bind(0.0.0.0:8080)`. A program is named in what it does. */
export function doneText(event: Event, words = runEnglish): string {
  const { text } = saidOf(event, words);
  return event.kind === 'call' && event.actor !== undefined ? `${event.actor}.${text}` : text;
}

/** As `listener.bind(0.0.0.0:8080): EADDRINUSE`. */
export function eventText(event: Event): string {
  const { result } = saidOf(event);
  return result === '' ? doneText(event) : `${doneText(event)}: ${result}`;
}

/** Events in the order in which they were over, which is that of a list. */
export function asDone(events: readonly Event[]): Event[] {
  return events.toSorted((a, b) => a.endMs - b.endMs);
}

function netstatText({ address, port }: Endpoint): string {
  return port === 0 ? `${address.includes(':') ? `[${address}]` : address}:*` : endpointText({ address, port });
}

/** A line of the socket table, as netstat(8) prints it; `tableHead` of the words heads it. */
export function tableCells(row: TableRow, words = runEnglish): string[] {
  const { state, receiveQueue, sendQueue, local, remote, held, timer } = row;
  const left = timer === undefined ? '' : `${timer.kind} ${(timer.remainingMs / 1000).toFixed(1)} s`;
  const [here, there] = [netstatText(local), netstatText(remote)];
  return [state, String(receiveQueue), String(sendQueue), here, there, held ? words.held : words.notHeld, left];
}
