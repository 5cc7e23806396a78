import type { Trace, TraceSegment, TraceState } from '../../src/lab/record/trace.js';
import { call, mark } from './events.js';
import { datagram, message, packetTraces } from './packet-traces.js';
import {
  base,
  client,
  flight,
  lost,
  openingCalls,
  openingSegments,
  openingStates,
  segment,
  server,
  state,
} from './trace-parts.js';

export const plainClose: Trace = {
  ...base,
  name: 'plain-close',
  title: 'A close that waits for nobody',
  events: [
    ...openingCalls,
    call(2.0, 'client', 'send(5 bytes)', '5 bytes', { actor: 'socket' }),
    call(2.6, 'server', 'recv()', '5 bytes', { actor: 'peer' }),
    mark(2.9, 'the client closes first'),
    call(3.0, 'client', 'close()', 'ok', { actor: 'socket' }),
    call(3.8, 'server', 'recv()', 'end of stream', { actor: 'peer' }),
    call(4.4, 'server', 'close()', 'ok', { actor: 'peer' }),
  ],
  segments: [
    ...openingSegments,
    segment(2.02, 'client PSH+ACK 1 1 5'),
    segment(2.08, 'server ACK 1 6'),
    segment(3.02, 'client FIN+ACK 6 1'),
    segment(3.1, 'server ACK 1 7'),
    segment(4.42, 'server FIN+ACK 1 7'),
    segment(4.5, 'client ACK 7 2'),
  ],
  states: [
    ...openingStates,
    state(3.02, 'client', 'FIN_WAIT1', 'implied'),
    state(3.05, 'server', 'CLOSE_WAIT'),
    state(3.13, 'client', 'FIN_WAIT2'),
    state(4.42, 'server', 'LAST_ACK', 'implied'),
    state(4.45, 'client', 'TIME_WAIT'),
    state(4.53, 'server', 'CLOSED'),
  ],
  findings: { 'client ends in': 'TIME_WAIT', 'bytes the server got': 5 },
};

export const abortiveClose: Trace = {
  ...base,
  name: 'linger-zero',
  title: 'SO_LINGER of zero seconds resets',
  variant: 'data unread',
  events: [
    ...openingCalls,
    call(2.0, 'client', 'setsockopt(SO_LINGER, { on: true, seconds: 0 })', 'ok', { actor: 'socket' }),
    call(2.5, 'client', 'close()', 'ok', { actor: 'socket' }),
    call(3.5, 'server', 'recv()', 'ECONNRESET', { actor: 'peer' }),
    call(4.0, 'server', 'send(5 bytes)', 'EPIPE', { actor: 'peer' }),
  ],
  segments: [...openingSegments, segment(2.52, 'client RST+ACK 1 1')],
  states: [...openingStates, state(2.52, 'client', 'CLOSED'), state(2.58, 'server', 'CLOSED')],
  findings: { sent: ['RST', 'ACK'], 'the server got': 'ECONNRESET', timeWait: false },
};

export const simultaneousClose: Trace = {
  ...base,
  name: 'simultaneous-close',
  title: 'Both sides close at the same time',
  events: [
    ...openingCalls,
    call(5.0, 'client', 'close()', 'ok', { actor: 'socket' }),
    call(5.03, 'server', 'close()', 'ok', { actor: 'peer' }),
  ],
  segments: [
    ...openingSegments,
    segment(5.02, 'client FIN+ACK 1 1', { receivedMs: 25.02 }),
    segment(5.05, 'server FIN+ACK 1 1', { receivedMs: 25.05 }),
    segment(25.04, 'server ACK 2 2', { receivedMs: 45.04 }),
    segment(25.07, 'client ACK 2 2', { receivedMs: 45.07 }),
  ],
  states: [
    ...openingStates,
    state(5.02, 'client', 'FIN_WAIT1'),
    state(5.05, 'server', 'FIN_WAIT1'),
    state(25.02, 'server', 'CLOSING'),
    state(25.05, 'client', 'CLOSING'),
    state(45.04, 'client', 'TIME_WAIT'),
    state(45.07, 'server', 'TIME_WAIT'),
  ],
};

export const lostFin: Trace = {
  ...base,
  name: 'lost-fin',
  title: 'A FIN that is lost is sent again',
  events: [
    ...openingCalls,
    mark(1.9, 'the link loses everything for half a second'),
    call(2.0, 'client', 'close()', 'ok', { actor: 'socket' }),
  ],
  segments: [
    ...openingSegments,
    lost(2.02, 'client FIN+ACK 1 1'),
    lost(206.1, 'client FIN+ACK 1 1', { retransmission: true }),
    segment(622.4, 'client FIN+ACK 1 1', { retransmission: true }),
    segment(622.46, 'server ACK 1 2'),
  ],
  states: [
    ...openingStates,
    state(2.02, 'client', 'FIN_WAIT1'),
    state(622.43, 'server', 'CLOSE_WAIT'),
    state(622.49, 'client', 'FIN_WAIT2'),
  ],
};

export const refusedConnect: Trace = {
  ...base,
  name: 'refused',
  title: 'Nobody listens',
  events: [call(0.5, 'client', 'connect(192.168.0.2:8080)', 'ECONNREFUSED', { endMs: 0.8 })],
  segments: [segment(0.52, 'client SYN 0'), segment(0.6, 'server RST+ACK 0 1')],
  states: [state(0.52, 'client', 'SYN_SENT', 'implied'), state(0.63, 'client', 'CLOSED', 'implied')],
  findings: 'ECONNREFUSED',
};

export const timeWaitGap: Trace = {
  ...plainClose,
  name: 'time-wait',
  title: 'TIME_WAIT lasts 60 seconds',
  durationMs: 60_200,
  events: [
    ...plainClose.events,
    call(5.2, 'client', 'bind(192.168.0.1:40001)', 'EADDRINUSE', { actor: 'second' }),
    call(5.6, 'client', 'waitForState(CLOSED)', 'ok', { endMs: 60_004.9 }),
    mark(60_005.5, 'the four-tuple is free again'),
    call(60_006, 'client', 'bind(192.168.0.1:40001)', 'ok', { actor: 'second' }),
  ],
  states: [...plainClose.states, state(60_004.6, 'client', 'CLOSED')],
};

function between(sentMs: number, from: number, to: number, text: string, receivedMs = sentMs + flight): TraceSegment {
  const ports = [40_001, 3128, 8080];
  const end = (host: number): { address: string; port: number } => ({
    address: `192.168.0.${host + 1}`,
    port: host === 1 && from + to === 3 ? 51_002 : (ports[host] ?? 0),
  });
  const names = ['client', 'proxy', 'server'];
  const ends = { from: names[from] ?? '', to: names[to] ?? '', source: end(from), destination: end(to) };
  return segment(sentMs, `client ${text}`, { ...ends, receivedMs });
}

const proxySides = [
  { local: { address: '192.168.0.2', port: 3128 }, remote: { address: '192.168.0.1', port: 40_001 } },
  { local: { address: '192.168.0.2', port: 51_002 }, remote: { address: '192.168.0.3', port: 8080 } },
];

function proxyState(atMs: number, side: number, name: string): TraceState {
  const { local, remote } = proxySides[side] ?? { local: client, remote: server };
  return { atMs, host: 'proxy', local, remote, state: name, how: 'seen' };
}

export const threeHosts: Trace = {
  ...base,
  name: 'three-hosts',
  title: 'A proxy between client and server',
  hosts: [
    { name: 'client', address: '192.168.0.1', scripted: false },
    { name: 'proxy', address: '192.168.0.2', scripted: false },
    { name: 'server', address: '192.168.0.3', scripted: true },
  ],
  events: [
    call(0.1, 'client', 'connect(192.168.0.2:3128)', 'ok'),
    call(1.0, 'proxy', 'accept()', 'socket of 192.168.0.1:40001', { actor: 'listener' }),
    call(1.5, 'proxy', 'connect(192.168.0.3:8080)', 'ok', { actor: 'onward' }),
    call(3.0, 'client', 'send(5 bytes)', '5 bytes'),
    call(5.0, 'proxy', 'close()', 'ok', { actor: 'onward' }),
  ],
  segments: [
    between(0.12, 0, 1, 'SYN 0'),
    between(0.2, 1, 0, 'SYN+ACK 0 1'),
    between(0.3, 0, 1, 'ACK 1 1'),
    between(1.52, 1, 2, 'SYN 0'),
    between(1.6, 2, 1, 'SYN+ACK 0 1'),
    between(1.7, 1, 2, 'ACK 1 1'),
    between(3.02, 0, 1, 'PSH+ACK 1 1 5'),
    between(3.1, 1, 2, 'PSH+ACK 1 1 5'),
    between(5.02, 1, 2, 'FIN+ACK 6 1'),
    between(6.02, 2, 0, 'RST 7'),
  ],
  states: [
    proxyState(0.33, 0, 'ESTABLISHED'),
    proxyState(1.63, 1, 'ESTABLISHED'),
    proxyState(5.02, 1, 'FIN_WAIT1'),
    state(0.3, 'client', 'ESTABLISHED'),
  ],
};

export const scriptError: Trace = {
  ...base,
  name: 'script-error',
  title: 'A script that breaks off',
  events: openingCalls,
  segments: openingSegments,
  states: openingStates,
  dropped: 3,
  error: {
    atMs: 1.8,
    message:
      'bind(192.168.0.1:80): EACCES <&> "quoted" and \'quoted\': permission denied, since the port is below net.ipv4.ip_unprivileged_port_start',
  },
};

function bulk(count: number): TraceSegment[] {
  return Array.from({ length: count }, (_, index) => {
    const sentMs = 2 + index * 0.01;
    const round = Math.floor(index / 2);
    if (index % 2 === 1)
      return segment(sentMs, `server ACK 1 ${(round + 1) * 1448 + 1}`, { receivedMs: sentMs + 0.015 });
    return segment(sentMs, `client ACK ${round * 1448 + 1} 1 1448`, { receivedMs: sentMs + 0.015 });
  });
}

export function runOf(count: number): Trace {
  return {
    ...base,
    name: 'bulk',
    title: 'Many segments',
    events: [
      ...openingCalls,
      call(1.9, 'client', 'send(100,000,000 bytes)', '100000000 bytes', { actor: 'socket', endMs: 1100 }),
    ],
    segments: [...openingSegments, ...bulk(count), segment(1200, `client FIN+ACK ${(count / 2) * 1448 + 1} 1`)],
    omitted: { count: 5_000_000, afterIndex: count / 2 },
    states: [...openingStates, state(1200, 'client', 'FIN_WAIT1')],
  };
}

/** So long that it takes most of a second to draw. */
export const longRun = runOf(100_000);

/** Calls, losses and states among the segments, so that only the bluntest folding bounds it. */
export const restlessRun: Trace = {
  ...base,
  name: 'restless',
  title: 'Many calls that fail',
  events: [
    ...openingCalls,
    ...Array.from({ length: 3000 }, (_, index) =>
      call(2 + index, 'client', `send(${index})`, index % 2 === 0 ? 'EAGAIN' : 'ok'),
    ),
  ],
  segments: [
    ...openingSegments,
    ...Array.from({ length: 3000 }, (_, index) =>
      lost(2.4 + index, `client PSH+ACK ${index} 1 1`, { retransmission: index % 3 === 0 }),
    ),
  ],
  states: [...openingStates, state(1500, 'client', 'FIN_WAIT1'), state(2000, 'client', 'CLOSED')],
};

export const noSegments: Trace = {
  ...base,
  name: 'no-segments',
  title: 'Two binds and not a segment',
  events: [
    call(0.2, 'server', 'bind(0.0.0.0:8080)', 'ok', { actor: 'first' }),
    call(0.5, 'server', 'bind(192.168.0.2:8080)', 'EADDRINUSE', { actor: 'second' }),
  ],
};

export const longTexts: Trace = {
  ...base,
  name: 'long-texts',
  title: 'Long texts everywhere & <markup>',
  events: [
    mark(
      0.1,
      'A remark that is so long that it needs more than a line to say what it has to say, and then some more words so that it is certain',
    ),
    call(
      0.2,
      'client',
      'setsockopt(IPPROTO_TCP, TCP_CONGESTION, "a-very-long-name-without-any-place-to-break-it-at-all-0123456789")',
      'ENOENT: the kernel has no such module and may not load one, whoever asks',
    ),
    call(0.4, 'client', 'sysctl(net.ipv4.tcp_tw_reuse=1)'),
    call(0.42, 'client', `send(${'日本語'.repeat(30)})`),
    call(
      0.45,
      'server',
      'sendmsg({ iov: [1, 2, 3], control: [{ level: SOL_SOCKET, type: SCM_RIGHTS }], flags: MSG_NOSIGNAL })',
      '3 bytes',
      { endMs: 30 },
    ),
    call(0.5, 'server', 'poll(POLLIN | POLLRDHUP, 20 ms)', 'POLLIN', { endMs: 25 }),
    mark(20, '日本語のメモ'.repeat(30)),
  ],
  segments: [
    segment(10, 'client FIN+SYN+RST+PSH+ACK 4294967295 4294967295 65535', { retransmission: true }),
    segment(10.01, 'server FIN+SYN+RST+PSH+ACK 4294967295 4294967295 65535', { receivedMs: 10.5 }),
  ],
  findings: { list: [1, 2, { deep: ['a', null] }], text: '<script>alert(1)</script>' },
};

/** Four connections at once at one host: their bands are narrow. */
export const manyConnections: Trace = {
  ...base,
  name: 'many-connections',
  title: 'Four connections to a server',
  events: openingCalls.slice(0, 1),
  segments: [0, 1, 2, 3]
    .flatMap((index) =>
      openingSegments.map((one) => {
        const near = { ...client, port: client.port + index };
        const ends = one.from === 'client' ? { source: near } : { destination: near };
        return { ...one, ...ends, sentMs: one.sentMs + index * 0.01, receivedMs: one.sentMs + index * 0.01 + flight };
      }),
    )
    .sort((a, b) => a.sentMs - b.sentMs),
  states: [
    state(0.15, 'server', 'LISTEN'),
    ...[0, 1, 2, 3].flatMap((index): TraceState[] => {
      const remote = { ...client, port: client.port + index };
      const late = index * 0.01;
      return [
        { atMs: 0.65 + late, host: 'server', local: server, remote, state: 'SYN_RECV', how: 'implied' },
        { atMs: 0.77 + late, host: 'server', local: server, remote, state: 'ESTABLISHED', how: 'seen' },
        { atMs: 0.71 + late, host: 'client', local: remote, remote: server, state: 'ESTABLISHED', how: 'seen' },
      ];
    }),
  ].sort((a, b) => a.atMs - b.atMs),
};

/** Ten segments at once on a slow link, the fifth of them lost, and the calls of both sides meanwhile. */
export const slowBurst: Trace = {
  ...base,
  name: 'slow-burst',
  title: 'A segment is lost amid others',
  events: [
    ...openingCalls,
    call(5, 'client', 'send(14480 bytes)', '14480 bytes', { actor: 'socket' }),
    call(9, 'server', 'recv()', '5792 bytes', { actor: 'peer', endMs: 45.6 }),
    call(46, 'server', 'recv()', '8688 bytes', { actor: 'peer', endMs: 126 }),
  ],
  segments: [
    ...openingSegments,
    ...Array.from({ length: 10 }, (_, index) => {
      const [sentMs, text] = [5.01 + index * 0.001, `client ACK ${index * 1448 + 1} 1 1448`];
      return index === 4 ? lost(sentMs, text) : segment(sentMs, text, { receivedMs: sentMs + 40 });
    }),
    ...[1, 2, 3, 4, 4, 4, 4, 4, 4].map((count, index) => {
      const sentMs = 45.1 + index * 0.01;
      return segment(sentMs, `server ACK 1 ${count * 1448 + 1}`, { receivedMs: sentMs + 40 });
    }),
    segment(85.3, 'client ACK 5793 1 1448', { retransmission: true, receivedMs: 125.3 }),
    segment(125.4, 'server ACK 1 14481', { receivedMs: 165.4 }),
  ],
  states: openingStates,
};

function questions(count: number): Trace {
  const all = Array.from({ length: count }, (_, index) => index);
  return {
    ...base,
    name: 'dialogue',
    title: 'Question and answer',
    events: [...openingCalls, ...all.map((index) => call(5 + index, 'client', 'send(5 bytes)', '5 bytes'))],
    segments: [
      ...openingSegments,
      ...all.flatMap((index) => [
        segment(5.01 + index, `client PSH+ACK ${1 + index * 5} 1 5`),
        segment(5.05 + index, `server ACK 1 ${6 + index * 5}`),
      ]),
    ],
    states: openingStates,
  };
}

/** As many segments as in a burst, one after the other: each is there before the next is sent. */
export const dialogue = questions(5);

/** Too long for a sheet of paper. */
export const longDialogue = questions(45);

/** The client has shut down while the server is still sending: one of many ACKs acknowledges the FIN. */
export const halfClosed: Trace = {
  ...base,
  name: 'half-closed',
  title: 'The FIN is acknowledged amid data',
  segments: [
    ...openingSegments,
    segment(2, 'client FIN+ACK 1 1', { receivedMs: 12 }),
    ...Array.from({ length: 20 }, (_, index) => {
      const sentMs = 11.5 + index * 0.1;
      return segment(sentMs, `server ACK ${index * 10 + 1} ${index < 5 ? 1 : 2} 10`, { receivedMs: sentMs + 10 });
    }),
  ],
  states: [...openingStates, state(2, 'client', 'FIN_WAIT1'), state(22.02, 'client', 'FIN_WAIT2')],
};

export const noHosts: Trace = { ...base, hosts: [], name: 'nothing', title: 'Nothing' };

/** A host that talks to itself. */
export const oneHost: Trace = {
  ...base,
  name: 'one-host',
  title: 'A connection to oneself',
  hosts: [{ name: 'client', address: '192.168.0.1', scripted: false }],
  events: [call(0.5, 'client', 'connect(192.168.0.1:8080)', 'ok')],
  segments: [segment(0.52, 'client SYN 0', { to: 'client' }), segment(0.6, 'client SYN+ACK 0 1', { to: 'client' })],
};

/** So many hosts, each a client of the first, and the last one also of its neighbour. */
export function manyHosts(count: number): Trace {
  const places = Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? 'server' : `client${index}`,
    address: `192.168.0.${index + 1}`,
  }));
  const pairs = [...places.keys()].slice(1).map((index) => [index, 0] as const);
  const all = [...pairs, [count - 1, count - 2] as const].map(([near, far], number) => {
    const [here, there] = [places[near] ?? { name: '', address: '' }, places[far] ?? { name: '', address: '' }];
    const source = { address: here.address, port: 40_000 + number };
    const destination = { address: there.address, port: 8080 };
    return { here, there, source, destination, atMs: 1 + number };
  });
  return {
    ...base,
    name: `hosts-${count}`,
    title: `${count} hosts`,
    hosts: places.map((place) => ({ ...place, scripted: false })),
    events: [
      call(0.1, 'server', 'listen(128)', 'ok', { actor: 'listener' }),
      ...all.map(({ here, atMs }) => call(atMs, here.name, 'connect(192.168.0.1:8080)', 'ok', { endMs: atMs + 0.5 })),
    ],
    segments: all.flatMap(({ here, there, source, destination, atMs }) => {
      const back = { from: there.name, to: here.name, source: destination, destination: source };
      const forth = { from: here.name, to: there.name, source, destination };
      return [
        segment(atMs + 0.02, 'client SYN 0', forth),
        segment(atMs + 0.08, 'server SYN+ACK 0 1', back),
        segment(atMs + 0.14, 'client ACK 1 1', forth),
      ];
    }),
    states: all.map(({ here, source, destination, atMs }) => {
      return {
        atMs: atMs + 0.12,
        host: here.name,
        local: source,
        remote: destination,
        state: 'ESTABLISHED',
        how: 'seen',
      };
    }),
  };
}

export const traces: readonly Trace[] = [
  manyHosts(5),
  manyHosts(20),
  plainClose,
  abortiveClose,
  simultaneousClose,
  lostFin,
  refusedConnect,
  timeWaitGap,
  threeHosts,
  scriptError,
  runOf(2000),
  restlessRun,
  noSegments,
  longTexts,
  manyConnections,
  slowBurst,
  dialogue,
  halfClosed,
  noHosts,
  oneHost,
  ...packetTraces,
];

/** Numbers from 0 up to 1, always the same ones for a seed: the generator mulberry32. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomTrace(seed: number): Trace {
  const draw = numbersFrom(seed);
  const below = (most: number): number => Math.floor(draw() * most);
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[below(items.length)] ?? items[0];
  const names = ['client', 'proxy', 'server', 'other'].slice(0, 1 + below(4));
  const host = (): string => names[below(names.length)] ?? 'client';
  const word = (most: number): string => 'abcdefghij, klmno(pqrstuvw)'.repeat(4).slice(0, 1 + below(most));
  const later = (): number => pick([0, 0.01, 0.03, 0.3, 5, 300]) * (1 + draw());
  let now = 0;
  const at = (): number => {
    now += later();
    return now;
  };
  const end = (name: string): { address: string; port: number } => ({
    address: `192.168.0.${names.indexOf(name) + 1}`,
    port: 1000 + below(2),
  });
  const each = <Item>(most: number, make: () => Item): Item[] => {
    now = draw();
    return Array.from({ length: below(most) }, make);
  };
  return {
    ...base,
    name: 'random',
    title: word(40),
    hosts: names.map((name, index) => ({ name, address: `192.168.0.${index + 1}`, scripted: draw() < 0.2 })),
    segments: each(30, () => {
      const [from, to] = [host(), host()];
      const flags = pick(['SYN', 'SYN+ACK', 'ACK', 'PSH+ACK', 'FIN+ACK', 'RST']);
      const numbers = [below(2 ** below(32)), below(2 ** below(32)), below(2) * below(1449)].join(' ');
      const more = { from, to, source: end(from), destination: end(to), retransmission: draw() < 0.2 };
      const sentMs = at();
      if (draw() < 0.1) return lost(sentMs, `${from} ${flags} ${numbers}`, more);
      return segment(sentMs, `${from} ${flags} ${numbers}`, { ...more, receivedMs: sentMs + later() });
    }),
    events: [
      ...each(12, () => {
        const atMs = at();
        const more = { endMs: atMs + later(), actor: pick(['one', 'two']) };
        return call(atMs, host(), word(90), pick(['ok', 'ECONNRESET', word(60)]), more);
      }),
      ...each(4, () => mark(at(), word(100))),
    ],
    states: each(15, (): TraceState => {
      const name = host();
      const names = ['LISTEN', 'SYN_SENT', 'ESTABLISHED', 'TIME_WAIT', 'CLOSED'] as const;
      const ends = { local: end(name), ...(draw() < 0.2 ? {} : { remote: end(host()) }) };
      return { atMs: at(), host: name, ...ends, state: pick(names), how: pick(['seen', 'implied']) };
    }),
    packets: each(10, () => {
      const [from, to] = [host(), host()];
      const sentMs = at();
      const { receivedMs: _, ...packet } =
        draw() < 0.5
          ? datagram(sentMs, below(1473), { from, to, source: end(from), destination: end(to) })
          : message(sentMs, pick([0, 3, 5, 8, 11]), below(16), { from, to });
      return draw() < 0.1 ? packet : { ...packet, receivedMs: sentMs + later() };
    }),
  };
}
