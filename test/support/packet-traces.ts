import type { Trace, TracePacket, TraceSegment } from '../../src/lab/record/trace.js';
import { call, mark } from './events.js';
import { base, flight, segment } from './trace-parts.js';

const client = { address: '192.168.0.1', port: 40_001 };
const server = { address: '192.168.0.2', port: 53 };

/** A datagram of the client, or of the server. */
export function datagram(sentMs: number, length: number, more: Partial<TracePacket> = {}): TracePacket {
  const ends = { from: 'client', to: 'server', source: client, destination: server };
  return { sentMs, receivedMs: sentMs + flight, protocol: 'UDP', length, ...ends, ...more };
}

function lostDatagram(sentMs: number, length: number): TracePacket {
  const { receivedMs: _, ...rest } = datagram(sentMs, length);
  return rest;
}

/** A message of ICMP to the client. */
export function message(sentMs: number, type: number, code: number, more: Partial<TracePacket> = {}): TracePacket {
  const ends = {
    from: 'server',
    to: 'client',
    source: { address: '192.168.0.2' },
    destination: { address: '192.168.0.1' },
  };
  return { sentMs, receivedMs: sentMs + flight, protocol: 'ICMP', type, code, length: 28, ...ends, ...more };
}

/** A datagram that arrives, one that is lost, and one to a port that is closed. */
export const refusedDatagram: Trace = {
  ...base,
  name: 'refused-datagram',
  title: 'Nobody is at the port',
  events: [
    call(0.5, 'client', 'send(12 bytes)', '12 bytes'),
    mark(1, 'the server closes its socket'),
    call(2.5, 'client', 'send(1 byte)', '1 byte'),
    call(3, 'client', 'recv()', 'ECONNREFUSED'),
  ],
  packets: [
    datagram(0.55, 12),
    // Sent back.
    datagram(0.7, 4, { from: 'server', to: 'client', source: server, destination: client }),
    lostDatagram(1.5, 7),
    datagram(2.55, 1),
    message(2.6, 3, 3, { length: 29, about: { protocol: 'UDP', source: client, destination: server, length: 1 } }),
  ],
};

const near = { address: '10.0.1.1', port: 40_001 };
const far = { address: '10.0.2.1', port: 80 };

function hop(sentMs: number, text: string, from: string, to: string): TraceSegment {
  const isBack = from === 'server' || to === 'client';
  const ends = isBack ? { source: far, destination: near } : { source: near, destination: far };
  return segment(sentMs, `${from} ${text}`, { from, to, ...ends });
}

/** A segment that is too long for the second link of its way. */
export const pathMtu: Trace = {
  ...base,
  name: 'path-mtu',
  title: 'A router says the MTU of its next hop',
  hosts: [
    { name: 'client', address: '192.168.0.1', scripted: false },
    { name: 'router', address: '192.168.0.2', scripted: false },
    { name: 'server', address: '192.168.0.3', scripted: false },
  ],
  events: [call(0.9, 'client', 'send(1400 bytes)', '1400 bytes')],
  segments: [
    hop(0.1, 'SYN 0', 'client', 'router'),
    hop(0.15, 'SYN 0', 'router', 'server'),
    hop(0.2, 'SYN+ACK 0 1', 'server', 'router'),
    hop(0.25, 'SYN+ACK 0 1', 'router', 'client'),
    hop(0.3, 'ACK 1 1', 'client', 'router'),
    hop(0.35, 'ACK 1 1', 'router', 'server'),
    hop(1, 'PSH+ACK 1 1 1400', 'client', 'router'),
    hop(1.1, 'ACK 1 1 1160', 'client', 'router'),
    hop(1.11, 'PSH+ACK 1161 1 240', 'client', 'router'),
  ],
  packets: [
    message(1.05, 3, 4, {
      from: 'router',
      source: { address: '192.168.0.2' },
      destination: { address: '10.0.1.1' },
      length: 548,
      mtu: 1200,
      about: { protocol: 'TCP', source: near, destination: far, seq: 1, length: 1400 },
    }),
  ],
};

/** More datagrams than are drawn or kept, and an error among them. */
export const manyDatagrams: Trace = {
  ...base,
  name: 'many-datagrams',
  title: 'A stream of datagrams',
  packets: [
    ...Array.from({ length: 2000 }, (_, index) => datagram(1 + index / 10, 100)),
    message(300, 3, 1),
    ...Array.from({ length: 2000 }, (_, index) => datagram(400 + index / 10, 100)),
  ],
  omittedPackets: { count: 900_000, afterIndex: 999 },
};

export const packetTraces: readonly Trace[] = [refusedDatagram, pathMtu, manyDatagrams];
