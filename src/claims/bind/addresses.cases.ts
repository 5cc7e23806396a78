import type { SocketType } from '../../index.js';
import {
  type Case,
  comesTrue,
  defineCase,
  type Endpoint,
  type Host,
  internet,
  type LabSocket,
  outcome,
  outcomeAsync,
  type Stage,
} from '../kit/index.js';

type Transport = 'TCP' | 'UDP';

const transports: readonly Transport[] = ['TCP', 'UDP'];
const types: { readonly [T in Transport]: SocketType } = { TCP: 'stream', UDP: 'dgram' };

/** A socket that connections or datagrams can be sent to. */
function receiver(host: Host, transport: Transport, address = host.A): LabSocket {
  const socket = host.open({ name: 'receiver', type: types[transport] }).bind({ address, port: 0 });
  return transport === 'TCP' ? socket.listen() : socket;
}

/** Who a receiver says it got a connection or a datagram from. */
async function seenFrom(socket: LabSocket, transport: Transport): Promise<Endpoint> {
  if (transport === 'TCP') return (await socket.accept()).remote;
  const { address } = await socket.socket.recvmsg({ timeoutMs: 5000 });
  return internet(address);
}

function same(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port;
}

/** What getsockname(2) says: a bound socket has a port. */
function hasPort({ local }: LabSocket): 'bound' | 'unbound' {
  return local.port === 0 ? 'unbound' : 'bound';
}

type Names = {
  readonly sourceAfterBind: boolean;
  readonly destinationAfterBind: string;
  readonly sourceAfterConnect: boolean;
  readonly destinationAfterConnect: boolean;
  readonly sourceSeenByPeer: boolean;
};

const bindAndConnect = defineCase<Transport, Names>({
  id: 'C2',
  articles: ['001'],
  title: 'bind() sets the source, connect() the destination',
  claim: 'bind() sets the source address and port of a socket, connect() the destination.',
  rules: ['bind-source-connect-destination'],
  advice:
    'Bind before connect() only to choose the source address, with IP_BIND_ADDRESS_NO_PORT and port 0. Then connect() chooses the port, which other destinations can share (C3).',
  labels: {
    sourceAfterBind: 'bind() set the source',
    destinationAfterBind: 'destination after bind()',
    sourceAfterConnect: 'connect() kept the source',
    destinationAfterConnect: 'connect() set the destination',
    sourceSeenByPeer: 'the peer sees that source',
  },
  onLoopback: true,
  rows: transports.map((transport) => ({
    name: transport,
    given: transport,
    says: {
      sourceAfterBind: true,
      sourceAfterConnect: true,
      destinationAfterConnect: true,
      sourceSeenByPeer: true,
    },
  })),
  async run(stage, transport) {
    const host = stage.alone();
    const to = receiver(host, transport);
    const socket = host.open({ name: 'socket', type: types[transport] }).bind({ address: host.B, port: 0 });
    const bound = socket.getsockname();
    const sourceAfterBind = bound.address === host.B && bound.port !== 0;
    const destinationAfterBind = outcome(() => socket.remote);
    await socket.connect(to.local);
    if (transport === 'UDP') await socket.send('hello');
    return {
      sourceAfterBind,
      destinationAfterBind,
      sourceAfterConnect: same(socket.local, bound),
      destinationAfterConnect: same(socket.remote, to.local),
      sourceSeenByPeer: same(await seenFrom(to, transport), bound),
    };
  },
  laws: [
    {
      text: 'bind() sets the source address and port. connect() sets the destination and leaves the source as it is.',
      rows: () => ({
        sourceAfterBind: true,
        destinationAfterBind: 'ENOTCONN',
        sourceAfterConnect: true,
        destinationAfterConnect: true,
        sourceSeenByPeer: true,
      }),
    },
  ],
});

const range = { low: 40_000, high: 40_009 };
const rangeSize = range.high - range.low + 1;

/** How a socket takes a port: `late` binds an address with IP_BIND_ADDRESS_NO_PORT, so that connect chooses the port. */
const waysToTake = {
  bind: 'bind to port 0',
  connect: 'connect without bind',
  late: 'connect after bind without a port',
};

/** Sockets that take ports: on one address or on two, or for one destination or two. */
interface Taking {
  readonly transport: Transport;
  readonly by: keyof typeof waysToTake;
  readonly ends: 1 | 2;
}

type Taken = { readonly sockets: number; readonly then: string };

function narrow(stage: Stage): Host {
  const host = stage.alone();
  host.setSysctl('net.ipv4.ip_local_port_range', `${range.low} ${range.high}`);
  return host;
}

/** Takes one port after the other until the kernel has none. Returns how many there were, and what it said then. */
async function takeAll(stage: Stage, { transport, by, ends }: Taking): Promise<Taken> {
  const host = narrow(stage);
  const type = types[transport];
  const destinations = [80, 81].map((port) => {
    const socket = host.open({ name: `destination ${port}`, type }).bind({ address: host.A, port });
    return (transport === 'TCP' ? socket.listen() : socket).local;
  });
  const attempts =
    by === 'bind'
      ? [host.A, host.B].map((address) => async (socket: LabSocket) => socket.bind({ address, port: 0 }))
      : destinations.map((to) => async (socket: LabSocket) => {
          if (by === 'late') socket.setOption('IP_BIND_ADDRESS_NO_PORT', true).bind({ address: host.A, port: 0 });
          await socket.connect(to);
        });
  const failures = new Set<string>();
  let sockets = 0;
  // With each until it fails.
  for (const attempt of attempts.slice(0, ends)) {
    for (let said = 'ok'; said === 'ok'; ) {
      const socket = host.open({ type });
      said = await outcomeAsync(() => attempt(socket));
      if (said === 'ok') sockets++;
      else failures.add(said);
    }
  }
  return { sockets, then: [...failures].join(' and ') };
}

const takings: readonly Taking[] = transports.flatMap((transport) =>
  (['bind', 'connect', 'late'] as const).flatMap((by) => ([1, 2] as const).map((ends) => ({ transport, by, ends }))),
);

function endsOf({ by, ends }: Taking): string {
  if (by === 'bind') return ends === 1 ? 'one address' : 'two addresses';
  return ends === 1 ? 'one destination' : 'two destinations';
}

/** What a call says when no port is left for it. */
function exhaustedError(transport: Transport, by: Taking['by']): string {
  if (by === 'bind') return 'EADDRINUSE';
  return transport === 'TCP' ? 'EADDRNOTAVAIL' : 'EAGAIN';
}

const exhausted = defineCase<Taking, Taken>({
  id: 'C3',
  articles: ['001'],
  title: 'When the ephemeral ports run out',
  claim: 'No more sockets can bind port 0 than the ephemeral range has ports; then bind fails with EADDRINUSE.',
  rules: ['no-port-left-for-bind', 'no-port-left-for-connect', 'no-udp-port-left'],
  advice:
    'Do not bind before connect(). If the source address matters, set IP_BIND_ADDRESS_NO_PORT before bind(). Read EADDRNOTAVAIL of a connect() that chooses its port, and EAGAIN of UDP, as "no port is left".',
  labels: { sockets: 'sockets', then: 'then' },
  // What connect() says is an open question.
  rows: takings.map((given) => ({
    name: `${given.transport}, ${waysToTake[given.by]}, ${endsOf(given)}`,
    given,
    ...(given.by === 'bind' ? { says: { sockets: rangeSize, then: 'EADDRINUSE' } } : {}),
  })),
  run: takeAll,
  laws: [
    {
      text: `With ${rangeSize} ephemeral ports, bind() to port 0 works ${rangeSize} times for each local address and then fails with EADDRINUSE. TCP connect() works ${rangeSize} times for each destination and then fails with EADDRNOTAVAIL. UDP connect() works ${rangeSize} times in all and then fails with EAGAIN.`,
      rows: ({ transport, by, ends }) => ({
        sockets: transport === 'UDP' && by !== 'bind' ? rangeSize : rangeSize * ends,
        then: exhaustedError(transport, by),
      }),
    },
    {
      text: `With ${rangeSize} ephemeral ports, bind() to port 0 works ${rangeSize} times in all, whatever the local address, and then fails with EADDRINUSE.`,
      rows: ({ transport, by, ends }) => ({
        sockets: by === 'bind' || transport === 'UDP' ? rangeSize : rangeSize * ends,
        then: exhaustedError(transport, by),
      }),
    },
  ],
});

type FirstUse = 'sends a datagram' | 'sends where there is no route' | 'connects' | 'only receives';

type Autobound = {
  readonly before: string;
  /** What the first call said. */
  readonly call: string;
  readonly after: string;
  /** Whether it gets one of the datagrams that are sent to every port it could have. */
  readonly reached: boolean;
};

/** The first thing that is done with a socket. */
const firstUses: {
  readonly [use in FirstUse]: (socket: LabSocket, to: Endpoint) => Promise<unknown>;
} = {
  'sends a datagram': (socket, to) => socket.send('hello', { address: to }),
  'sends where there is no route': (socket) => socket.send('hello', { address: { address: '203.0.113.1', port: 53 } }),
  connects: (socket, to) => socket.connect(to),
  'only receives': (socket) => socket.recv(100, { timeoutMs: 1 }),
};

/** Sends to every port the kernel could have chosen. */
async function reaches(from: LabSocket, socket: LabSocket): Promise<boolean> {
  for (let port = range.low; port <= range.high; port++) {
    await from.socket.send('answer', { address: { address: from.host.A, port } });
  }
  // A busy kernel brings them a moment later (ksoftirqd).
  const got = await comesTrue(() => socket.socket.tryRecv() !== undefined, 'a datagram', 300);
  from.host.note(`the receiver sends to ports ${range.low} to ${range.high}`, got ? 'one arrives' : 'none arrives');
  return got;
}

const udpAutobind = defineCase<FirstUse, Autobound>({
  id: 'C4',
  articles: ['001'],
  title: 'An unbound UDP socket is bound at its first send',
  claim:
    'A UDP socket that was never bound is bound by the system when it first sends, and it may be connected, too; unbound it cannot be answered.',
  rules: ['udp-autobind'],
  advice:
    'Bind a UDP socket that has to receive first. Connect a UDP client: the kernel then filters what it receives, and reports ICMP errors.',
  labels: { before: 'before', call: 'the call', after: 'after it', reached: 'can be reached' },
  rows: [
    { name: 'sends a datagram', given: 'sends a datagram', says: { call: 'ok', after: 'bound', reached: true } },
    { name: 'sends where there is no route', given: 'sends where there is no route' },
    { name: 'connects', given: 'connects', says: { call: 'ok' } },
    { name: 'only receives', given: 'only receives', says: { reached: false } },
  ],
  async run(stage, use) {
    const host = narrow(stage);
    const to = host.open({ name: 'receiver', type: 'dgram' }).bind({ address: host.A, port: 53 });
    const socket = host.open({ name: 'socket', type: 'dgram' });
    const before = hasPort(socket);
    const call = await outcomeAsync(() => firstUses[use](socket, to.local));
    const after = hasPort(socket);
    host.look('UDP sockets', { protocol: 'udp' });
    return { before, call, after, reached: await reaches(to, socket) };
  },
  laws: [
    {
      text: 'A UDP socket is bound by its first send or connect, even if the send fails. Receiving does not bind it: nobody can reach a socket that has only received.',
      rows: {
        'sends a datagram': { before: 'unbound', call: 'ok', after: 'bound', reached: true },
        'sends where there is no route': { before: 'unbound', call: 'ENETUNREACH', after: 'bound', reached: true },
        connects: { before: 'unbound', call: 'ok', after: 'bound', reached: true },
        'only receives': { before: 'unbound', after: 'unbound', reached: false },
      },
    },
  ],
});

type Attempt = 'accepted' | 'on its way' | 'refused';
type Autobind = {
  readonly before: string;
  /** Whether it has a port that another socket cannot bind. */
  readonly after: string;
  readonly getsockname: string;
};

const tcpAutobind = defineCase<Attempt, Autobind>({
  id: 'C5',
  articles: ['001'],
  title: 'An unbound TCP socket is bound at connect',
  claim: 'A TCP socket that was never bound is bound by the system before it connects.',
  rules: ['port-chosen', 'port-given-back'],
  advice:
    'Let connect() choose the port of a client. After a failed connect() open a new socket, and do not rely on the port that getsockname() reports.',
  labels: { before: 'before connect()', after: 'then', getsockname: 'getsockname()' },
  rows: [
    { name: 'the connection is accepted', given: 'accepted', says: { before: 'unbound', after: 'bound' } },
    { name: 'the connection is on its way', given: 'on its way', says: { before: 'unbound', after: 'bound' } },
    { name: 'the connection was refused', given: 'refused' },
  ],
  async run(stage, attempt) {
    const [far, host] = stage.pair();
    if (attempt === 'accepted') far.listen({ address: far.A, port: 80 });
    const socket = host.open({ name: 'client' });
    const before = hasPort(socket);
    // Nobody has that address: the SYN waits for an answer to ARP.
    if (attempt === 'on its way') socket.tryConnect({ address: '192.168.0.9', port: 80 });
    else await outcomeAsync(() => socket.connect({ address: far.A, port: 80 }));
    const getsockname = hasPort(socket) === 'bound' ? 'names a port' : 'names no port';
    const { port } = socket.getsockname();
    host.look('TCP sockets');
    const taken = outcome(() => host.open({ name: 'another' }).bind({ address: host.A, port })) === 'EADDRINUSE';
    return { before, after: taken ? 'bound' : 'unbound', getsockname };
  },
  laws: [
    {
      text: 'connect() binds a TCP socket before its SYN leaves. If the connection is refused, the port is free again, although getsockname() still reports it.',
      rows: (attempt) => ({
        before: 'unbound',
        after: attempt === 'refused' ? 'unbound' : 'bound',
        getsockname: 'names a port',
      }),
    },
    {
      text: 'connect() binds a TCP socket before its SYN leaves, and the port stays bound if the connection is refused.',
      rows: () => ({ before: 'unbound', after: 'bound', getsockname: 'names a port' }),
    },
  ],
});

interface Choice {
  readonly transport: Transport;
  readonly destination: 'A' | 'B';
}

type Chosen = {
  readonly portInRange: boolean;
  readonly bound: string;
  readonly connected: string;
  /** One of the machine's addresses. */
  readonly concrete: boolean;
  readonly portKept: boolean;
};

const portZero = defineCase<Choice, Chosen>({
  id: 'C6',
  articles: ['001'],
  title: 'Port 0 and the wildcard: what the kernel fills in',
  claim:
    'With port 0 the kernel chooses a port of the ephemeral range; a socket bound to the wildcard gets one concrete source address when it connects.',
  rules: ['port-chosen-by-bind', 'source-by-route'],
  advice: 'Read the result with getsockname(): after bind() for the port, after connect() for the address.',
  labels: {
    portInRange: 'port in the ephemeral range',
    bound: 'address after bind()',
    connected: 'address after connect()',
    concrete: 'one concrete address',
    portKept: 'port kept',
  },
  rows: transports.flatMap((transport) =>
    (['A', 'B'] as const).map((destination) => ({
      name: `${transport}, connected to ${destination}`,
      given: { transport, destination },
      says: { portInRange: true, concrete: true },
    })),
  ),
  async run(stage, { transport, destination }) {
    const host = narrow(stage);
    const to = receiver(host, transport, host[destination]);
    const socket = host.open({ name: 'socket', type: types[transport] }).bind({ address: host.ANY, port: 0 });
    const bound = socket.local;
    await socket.connect(to.local);
    host.look('after connect', { protocol: transport === 'TCP' ? 'tcp' : 'udp', localPort: bound.port });
    const { local } = socket;
    return {
      portInRange: bound.port >= range.low && bound.port <= range.high,
      bound: placeOf(host, bound.address),
      connected: placeOf(host, local.address),
      concrete: local.address !== host.ANY,
      portKept: local.port === bound.port,
    };
  },
  laws: [
    {
      text: 'Port 0 gives a port of the ephemeral range, which the socket keeps. connect() replaces the wildcard by the source address of the route: for an address of the machine itself, that address.',
      rows: ({ destination }) => ({
        portInRange: true,
        bound: 'ANY',
        connected: destination,
        concrete: true,
        portKept: true,
      }),
    },
  ],
});

function placeOf(host: Host, address: string): string {
  return (['ANY', 'A', 'B'] as const).find((place) => host[place] === address) ?? address;
}

/** Where a socket's own address and port come from. */
export const addressesCases: readonly Case[] = [bindAndConnect, exhausted, udpAutobind, tcpAutobind, portZero];
