import type { Trace, TraceSegment, TraceState } from '../../src/lab/record/trace.js';
import { call } from './events.js';

export const client = { address: '192.168.0.1', port: 40_001 };
export const server = { address: '192.168.0.2', port: 8080 };
export const flight = 0.03;

/** As `'client SYN 0'`: sender, flags joined by `+`, and its numbers. */
export function segment(sentMs: number, text: string, more: Partial<TraceSegment> = {}): TraceSegment {
  const [from = '', flags = '', seq = '0', ack, length = '0'] = text.split(' ');
  const known = ['FIN', 'SYN', 'RST', 'PSH', 'ACK'] as const;
  const fromClient = from === 'client';
  const base = {
    sentMs,
    from,
    to: fromClient ? 'server' : 'client',
    source: fromClient ? client : server,
    destination: fromClient ? server : client,
    flags: known.filter((flag) => flags.split('+').includes(flag)),
    seq: Number(seq),
    window: 502,
    options: {},
    length: Number(length),
    retransmission: false,
    receivedMs: sentMs + flight,
  };
  return { ...base, ...(ack === undefined ? {} : { ack: Number(ack) }), ...more };
}

export function lost(sentMs: number, text: string, more: Partial<TraceSegment> = {}): TraceSegment {
  const { receivedMs: _, ...rest } = segment(sentMs, text, more);
  return rest;
}

/** As `state(1.2, 'client', 'FIN_WAIT1', 'implied')`. */
export function state(atMs: number, host: string, name: string, how: TraceState['how'] = 'seen'): TraceState {
  const [local, remote] = host === 'client' ? [client, server] : [server, client];
  return name === 'LISTEN' ? { atMs, host, local, state: name, how } : { atMs, host, local, remote, state: name, how };
}

export const base = {
  kernel: '6.12.0',
  node: '22.0.0',
  beginNs: '1760000000000000000',
  hosts: [
    { name: 'client', address: '192.168.0.1', scripted: false },
    { name: 'server', address: '192.168.0.2', scripted: false },
  ],
  events: [],
  segments: [],
  states: [],
  dropped: 0,
  findings: {},
  durationMs: 100,
} satisfies Partial<Trace>;

export const openingCalls = [
  call(0.1, 'server', 'listen(5)', 'ok', { actor: 'listener' }),
  call(0.6, 'client', 'connect(192.168.0.2:8080)', 'ok', { actor: 'socket', endMs: 0.9 }),
  call(1.4, 'server', 'accept()', 'socket of 192.168.0.1:40001', { actor: 'listener' }),
];

export const openingSegments = [
  segment(0.62, 'client SYN 0'),
  segment(0.68, 'server SYN+ACK 0 1'),
  segment(0.74, 'client ACK 1 1'),
];

export const openingStates = [
  state(0.15, 'server', 'LISTEN'),
  state(0.62, 'client', 'SYN_SENT', 'implied'),
  state(0.65, 'server', 'SYN_RECV', 'implied'),
  state(0.71, 'client', 'ESTABLISHED', 'implied'),
  state(0.77, 'server', 'ESTABLISHED', 'implied'),
  state(0.95, 'client', 'ESTABLISHED'),
  state(0.97, 'server', 'ESTABLISHED'),
];
