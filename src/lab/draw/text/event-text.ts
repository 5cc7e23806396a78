import type { CallEvent, Event, LinkEvent, ProcessEvent, SegmentEvent, TableRow } from '../../record/event.js';
import { isRecord, type Json } from '../../record/json.js';
import type { Endpoint } from '../../record/segment.js';
import { describeSegment } from '../../network/peer/segment.js';

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

/** Said of a stream that ended with FIN. */
const endOfStream = 'end of stream';
/** Calls whose value is a number of bytes, and whose argument is one. */
const bytesCalls: ReadonlySet<string> = new Set(['send', 'recv', 'write', 'read']);

export function endpointText({ address, port }: Endpoint): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function optionTexts(options: Json | undefined): string[] {
  if (options === undefined || !isRecord(options)) return [];
  return Object.entries(options).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
}

function socketArguments(settings: { readonly [key: string]: Json }): string {
  const { family, type, options, uid } = settings;
  const kind = [family, type].filter((word) => typeof word === 'string');
  return [...kind, ...optionTexts(options), ...(uid === undefined ? [] : [`as user ${String(uid)}`])].join(', ');
}

function argumentText(call: string, value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return bytesCalls.has(call) ? `${value} bytes` : String(value);
  if (!isRecord(value)) return JSON.stringify(value);
  const { address, port, path } = value;
  if (typeof path === 'string') return path;
  if (typeof address === 'string' && typeof port === 'number') return endpointText({ address, port });
  return call === 'socket' ? socketArguments(value) : JSON.stringify(value);
}

function callText({ name, args }: CallEvent): string {
  if (name === 'sysctl') return `sysctl -w ${args.map((arg) => argumentText(name, arg)).join('=')}`;
  return `${name}(${args.map((arg) => argumentText(name, arg)).join(', ')})`;
}

/** What a call returned, or the errno it failed with. */
function outcomeText({ name, outcome, repeated }: CallEvent): string {
  if (outcome === undefined) return 'has not returned';
  const { value, errno } = outcome;
  if (repeated === true && typeof value === 'number') return `${value} bytes, then ${errno ?? endOfStream}`;
  if (errno !== undefined) return errno;
  if (value === undefined) return 'ok';
  if (typeof value === 'number' && bytesCalls.has(name))
    return value === 0 && name === 'recv' ? endOfStream : `${value} bytes`;
  if (name === 'SOCK_DESTROY') return `${String(value)} destroyed`;
  if (isRecord(value)) {
    const { address, port } = value;
    if (typeof address === 'string' && typeof port === 'number') return endpointText({ address, port });
  }
  return JSON.stringify(value);
}

function saidOfCall(call: CallEvent): Said {
  const again = call.repeated === true ? ' again and again' : '';
  return {
    text: `${callText(call)}${again}`,
    name: call.name === 'sysctl' ? callText(call) : `${call.name}()`,
    result: outcomeText(call),
    failed: call.outcome?.ok !== true,
  };
}

function segmentCount({ times, from }: LinkEvent): string {
  const count = times === undefined ? 'segments' : times === 1 ? '1 segment' : `${times} segments`;
  return from === undefined ? count : `${count} of ${from}`;
}

function linkText(event: LinkEvent): string {
  const { change, link = 'eth0', to = 'the other end' } = event;
  switch (change) {
    case 'up':
    case 'down':
      return `${link} ${change}`;
    case 'muted':
      return `loses what it sends to ${to}`;
    case 'unmuted':
      return `reaches ${to} again`;
    case 'delays':
      return `link to ${to} delays by ${event.delayMs ?? 0} ms`;
    case 'loses':
      return `link to ${to} will lose ${segmentCount(event)}`;
    default:
      return change === 'loses nothing' ? `link to ${to} loses nothing` : change;
  }
}

function processText({ actor, change, text = '', ok }: ProcessEvent): { text: string; result: string } {
  switch (change) {
    case 'starts':
      return { text: `start ${actor}`, result: ok ? 'ok' : 'failed' };
    case 'prints':
      return { text: `${actor} prints`, result: text };
    case 'ends':
      return { text: `${actor} ended`, result: text };
    default:
      return { text: `${actor} ${change}`, result: ok ? 'ok' : 'failed' };
  }
}

function statesOf(rows: readonly TableRow[]): string {
  return rows.map(({ state }) => state).join(', ') || 'no sockets';
}

function segmentResult({ way, lost }: SegmentEvent): string {
  if (lost === true) return 'lost';
  return way === 'gets' ? 'got' : 'sent';
}

/** Says an event in words. */
export function saidOf(event: Event): Said {
  const said = (text: string, result: string, failed = false): Said => ({ text, name: text, result, failed });
  switch (event.kind) {
    case 'call':
      return saidOfCall(event);
    case 'look':
      return said(event.about, statesOf(event.rows));
    case 'mark':
      return said(event.text, 'mark');
    case 'link':
      return said(linkText(event), event.outcome.errno ?? 'ok', !event.outcome.ok);
    case 'process': {
      const { text, result } = processText(event);
      return said(text, result, !event.ok);
    }
    case 'segment':
      return said(`${event.way} ${describeSegment(event)}`, segmentResult(event));
    case 'remark':
      return said(event.text, event.said ?? '');
  }
}

/** Who did it, and in words what: as `listener.bind(0.0.0.0:8080)`. A program is named in what it does. */
export function doneText(event: Event): string {
  const { text } = saidOf(event);
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

/** A line of the socket table, as netstat(8) prints it. */
export const tableHead = ['State', 'Recv-Q', 'Send-Q', 'Local', 'Remote', 'Process', 'Timer'] as const;

function netstatText({ address, port }: Endpoint): string {
  return port === 0 ? `${address.includes(':') ? `[${address}]` : address}:*` : endpointText({ address, port });
}

export function tableCells(row: TableRow): string[] {
  const { state, receiveQueue, sendQueue, local, remote, held, timer } = row;
  const left = timer === undefined ? '' : `${timer.kind} ${(timer.remainingMs / 1000).toFixed(1)} s`;
  const [here, there] = [netstatText(local), netstatText(remote)];
  return [state, String(receiveQueue), String(sendQueue), here, there, held ? 'yes' : 'none', left];
}
