import type {
  CallEvent,
  Event,
  LookEvent,
  MarkEvent,
  Outcome,
  RemarkEvent,
  TableRow,
} from '../../src/lab/record/event.js';

/** As `ok`, `5 bytes`, `end of stream`, an errno; anything else stands there as it is. */
function outcomeOf(text: string): Outcome {
  const [, bytes] = /^(\d+) bytes$/.exec(text) ?? [];
  if (text === 'ok') return { ok: true };
  if (bytes !== undefined) return { ok: true, value: Number(bytes) };
  return text === 'end of stream' ? { ok: true, value: 0 } : { ok: !/^E[A-Z]+/.test(text), errno: text };
}

/** As `call(1, 'client', 'connect(192.168.0.2:80)', 'ECONNREFUSED')`: the arguments are one text. */
export function call(
  atMs: number,
  host: string,
  text: string,
  result = 'ok',
  more: { readonly actor?: string; readonly endMs?: number } = {},
): CallEvent | RemarkEvent {
  const times = { atMs, endMs: atMs + 0.05, host };
  const [, name = '', args = ''] = /^([^(]*)\((.*)\)$/s.exec(text) ?? [];
  if (name === '') return { ...times, kind: 'remark', text, said: result, ...more };
  return { ...times, kind: 'call', name, args: args === '' ? [] : [args], outcome: outcomeOf(result), ...more };
}

export function mark(atMs: number, text: string): MarkEvent {
  return { kind: 'mark', atMs, endMs: atMs, host: '', text };
}

export function remark(text: string, said: string): RemarkEvent {
  return { kind: 'remark', atMs: 0, endMs: 0, host: 'host', text, said };
}

export function look(rows: readonly TableRow[], about = 'a look'): LookEvent {
  return { kind: 'look', atMs: 0, endMs: 0, host: 'host', about, rows };
}

export function onlyMarks(events: readonly Event[]): MarkEvent[] {
  return events.filter((event) => event.kind === 'mark');
}
