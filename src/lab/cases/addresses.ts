import type { SocketType } from '../../index.js';
import { type Case, defineCase } from '../case/case.js';
import type { Endpoint, Host } from '../host/host.js';
import type { Lab } from '../case/lab.js';
import { internet, type LabSocket } from '../host/lab-socket.js';
import { outcome, outcomeAsync } from '../host/step.js';
import { alike } from '../case/wording.js';

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

function isBound({ local }: LabSocket): 'bound' | 'unbound' {
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
  rule: 'inet_bind() stores inet_saddr and inet_sport; tcp_v4_connect() and __ip4_datagram_connect() store inet_daddr and inet_dport, and the source only where bind() left it open. bind(2), connect(2).',
  advice: 'Bind before connect only to choose the source address, with port 0: the port is best left to the kernel.',
  onLoopback: true,
  rows: transports.map((transport) => ({
    name: transport,
    given: transport,
    says: {
      sourceAfterBind: true,
      destinationAfterBind: 'ENOTCONN',
      sourceAfterConnect: true,
      destinationAfterConnect: true,
      sourceSeenByPeer: true,
    },
  })),
  async run(lab, transport) {
    const host = lab.host();
    const to = receiver(host, transport);
    const socket = host.open({ name: 'socket', type: types[transport] }).bind({ address: host.B, port: 0 });
    const bound = socket.local;
    lab.note('socket.getsockname()', `${bound.address}:${bound.port}`, host.name);
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
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => namesSentence(observed),
      ({ name }) => name,
    )
      .map(({ outcome: sentence, labels }) => `${labels.join(' and ')}: ${sentence}`)
      .join('; '),
});

function namesSentence(seen: Names): string {
  const source =
    seen.sourceAfterConnect && seen.sourceSeenByPeer
      ? 'the source stayed as bound, and the peer saw it'
      : 'the source changed';
  const destination = seen.destinationAfterConnect ? 'connect() set the destination' : 'the destination was not set';
  return `after bind() getpeername() said ${seen.destinationAfterBind}, ${destination}, ${source}`;
}

const range = { low: 40_000, high: 40_009 };
const rangeSize = range.high - range.low + 1;

/** How sockets take ports: bound to one address or to two, or connected to one destination or two. */
interface Taking {
  readonly transport: Transport;
  readonly by: 'bind' | 'connect';
  readonly ends: 1 | 2;
}

type Taken = { readonly sockets: number; readonly then: string };

function narrow(lab: Lab): Host {
  const host = lab.host();
  host.setSysctl('net.ipv4.ip_local_port_range', `${range.low} ${range.high}`);
  return host;
}

/** Takes one port after the other until the kernel has none. Returns how many there were, and what it said then. */
async function takeAll(lab: Lab, { transport, by, ends }: Taking): Promise<Taken> {
  const host = narrow(lab);
  const type = types[transport];
  const destinations = [80, 81].map((port) => {
    const socket = host.open({ name: `destination ${port}`, type }).bind({ address: host.A, port });
    return (transport === 'TCP' ? socket.listen() : socket).local;
  });
  const attempts =
    by === 'bind'
      ? [host.A, host.B].map(
          (address) => (socket: LabSocket) => Promise.resolve(outcome(() => socket.bind({ address, port: 0 }))),
        )
      : destinations.map((to) => (socket: LabSocket) => outcomeAsync(() => socket.connect(to)));
  const failures = new Set<string>();
  let sockets = 0;
  // With each until it fails.
  for (const attempt of attempts.slice(0, ends)) {
    for (let said = 'ok'; said === 'ok'; ) {
      said = await attempt(host.open({ type }));
      if (said === 'ok') sockets++;
      else failures.add(said);
    }
  }
  return { sockets, then: [...failures].join(' and ') };
}

const takings: readonly Taking[] = transports.flatMap((transport) =>
  (['bind', 'connect'] as const).flatMap((by) => ([1, 2] as const).map((ends) => ({ transport, by, ends }))),
);

function describeTaking({ transport, by, ends }: Taking): string {
  if (by === 'bind')
    return `${transport}, bind to port 0 ${ends === 1 ? 'on one address' : 'on each of two addresses'}`;
  return `${transport}, connect without bind ${ends === 1 ? 'to one destination' : 'to each of two destinations'}`;
}

const exhausted = defineCase<Taking, Taken>({
  id: 'C3',
  articles: ['001'],
  title: 'When the ephemeral ports run out',
  claim:
    "No more sockets can have a port of the kernel's choice than the ephemeral range has; then bind fails with EADDRINUSE.",
  rule: 'inet_csk_find_open_port() looks for a port without a bind conflict, so an address has the range for itself, and bind says EADDRINUSE (bind(2)). __inet_hash_connect() looks for a free four-tuple, so a destination has the range for itself, and connect says EADDRNOTAVAIL. UDP has no four-tuples: udp_lib_get_port(), EAGAIN from inet_autobind().',
  advice:
    'Do not bind before connect; if the source address matters, set IP_BIND_ADDRESS_NO_PORT. Treat EADDRNOTAVAIL of connect() (EAGAIN for UDP) as "ports used up".',
  rows: takings.map((given) => ({
    name: describeTaking(given),
    given,
    says: { sockets: rangeSize, then: 'EADDRINUSE' },
  })),
  run: takeAll,
  because: (rows) =>
    `with ${rangeSize} ports in the range: ${rows.map(({ name, observed }) => `${name}: ${observed.sockets} sockets, then ${observed.then}`).join('; ')}`,
});

type FirstUse = 'sends a datagram' | 'sends where there is no route' | 'connects' | 'only receives';

const udpAutobind = defineCase<FirstUse, { before: string; after: string; answered: boolean }>({
  id: 'C4',
  articles: ['001'],
  title: 'An unbound UDP socket is bound at its first send',
  claim:
    'A UDP socket that was never bound is bound by the system when it first sends, and it may be connected, too; unbound it cannot be answered.',
  rule: 'inet_send_prepare() calls inet_autobind() before anything is looked up, so even a send that fails binds; __ip4_datagram_connect() then also fixes the address. recvfrom(2) binds nothing.',
  advice:
    'A UDP socket that is to receive first has to be bound. A client should connect: the kernel then filters, and reports ICMP errors.',
  rows: (
    [
      ['sends a datagram', { before: 'unbound', after: 'bound', answered: true }],
      ['sends where there is no route', { before: 'unbound', after: 'bound', answered: false }],
      ['connects', { before: 'unbound', after: 'bound', answered: true }],
      ['only receives', { before: 'unbound', after: 'unbound', answered: false }],
    ] as const
  ).map(([name, says]) => ({ name, given: name, says })),
  async run(lab, use) {
    const host = narrow(lab);
    const to = host.open({ name: 'receiver', type: 'dgram' }).bind({ address: host.A, port: 53 });
    const socket = host.open({ name: 'socket', type: 'dgram' });
    const before = isBound(socket);
    if (use === 'connects') await socket.connect(to.local);
    if (use === 'connects') await socket.send('hello');
    if (use === 'sends a datagram') await socket.send('hello', { address: to.local });
    if (use === 'sends where there is no route')
      await outcomeAsync(() => socket.send('hello', { address: { address: '203.0.113.1', port: 53 } }));
    if (use === 'only receives') await outcomeAsync(() => socket.recv(100, { timeoutMs: 1 }));
    const after = isBound(socket);
    host.look('UDP sockets', { protocol: 'udp' });
    return { before, after, answered: await answer(to, socket) };
  },
  because: (rows) =>
    rows
      .map(
        ({ name, observed }) =>
          `one that ${name} is ${observed.after}${observed.answered ? ' and gets the answer' : ''}`,
      )
      .join('; '),
});

/** Answers what has arrived, if anything has. */
async function answer(to: LabSocket, socket: LabSocket): Promise<boolean> {
  const got = to.socket.tryRecvmsg();
  if (got === undefined) return false;
  await to.send('back', { address: internet(got.address) });
  return (await socket.recv()) === 'back';
}

type Attempt = 'accepted' | 'on its way' | 'refused';
type Autobind = { readonly before: string; readonly after: string; readonly portHeld: boolean };

const tcpAutobind = defineCase<Attempt, Autobind>({
  id: 'C5',
  articles: ['001'],
  title: 'An unbound TCP socket is bound at connect',
  claim: 'A TCP socket that was never bound is bound by the system before it connects.',
  rule: 'tcp_v4_connect() chooses the address by the route and inet_hash_connect() the port, before the SYN goes out. A connection that fails gives back a port that bind() did not name (tcp_set_state() calls inet_put_port() unless SOCK_BINDPORT_LOCK is set).',
  advice: 'Nothing to do: that is how a client should get its port. After a failed connect() open a new socket.',
  rows: (['accepted', 'on its way', 'refused'] as const).map((attempt) => ({
    name: `the connection is ${attempt}`,
    given: attempt,
    says: { before: 'unbound', after: 'bound', portHeld: true },
  })),
  async run(lab, attempt) {
    const [far, host] = lab.pair();
    if (attempt === 'accepted') far.listen({ address: far.A, port: 80 });
    const socket = host.open({ name: 'client' });
    const before = isBound(socket);
    // Nobody has that address: the SYN waits for an answer to ARP.
    if (attempt === 'on its way') socket.tryConnect({ address: '192.168.0.9', port: 80 });
    else await outcomeAsync(() => socket.connect({ address: far.A, port: 80 }));
    const after = isBound(socket);
    const { port } = socket.local;
    lab.note('client.getsockname()', `${socket.local.address}:${port}`, host.name);
    host.look('TCP sockets');
    const portHeld = outcome(() => host.open({ name: 'another' }).bind({ address: host.A, port })) === 'EADDRINUSE';
    return { before, after, portHeld };
  },
  because: (rows) =>
    rows
      .map(
        ({ name, observed }) =>
          `${name}: ${observed.before} before, ${observed.after} after, its port ${observed.portHeld ? 'is held' : 'is free for others'}`,
      )
      .join('; '),
});

interface Choice {
  readonly transport: Transport;
  readonly destination: 'A' | 'B';
}

type Chosen = {
  readonly portInRange: boolean;
  readonly bound: string;
  readonly connected: string;
  readonly portKept: boolean;
};

const portZero = defineCase<Choice, Chosen>({
  id: 'C6',
  articles: ['001'],
  title: 'Port 0 and the wildcard: what the kernel fills in',
  claim:
    'With port 0 the kernel chooses a port of the ephemeral range; a socket bound to the wildcard gets one concrete source address when it connects.',
  rule: 'inet_csk_find_open_port() and udp_lib_get_port() search net.ipv4.ip_local_port_range; tcp_v4_connect() and __ip4_datagram_connect() take the source address of the route (inet_bhash2_update_saddr() then moves the socket in the bind table).',
  advice: 'Read the result with getsockname(): after bind() for the port, after connect() for the address.',
  rows: transports.flatMap((transport) =>
    (['A', 'B'] as const).map((destination) => ({
      name: `${transport}, connected to ${destination}`,
      given: { transport, destination },
      // On one host the route to an own address has that address as its source.
      says: { portInRange: true, bound: 'ANY', connected: destination, portKept: true },
    })),
  ),
  async run(lab, { transport, destination }) {
    const host = narrow(lab);
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
      portKept: local.port === bound.port,
    };
  },
  because: (rows) =>
    `the port was ${rows.every(({ observed }) => observed.portInRange) ? 'in the range each time' : 'not always in the range'}; ${rows
      .map(({ name, observed }) => `${name}: ${observed.bound} became ${observed.connected}`)
      .join('; ')}`,
});

function placeOf(host: Host, address: string): string {
  return (['ANY', 'A', 'B'] as const).find((place) => host[place] === address) ?? address;
}

/** Where a socket's own address and port come from. */
export const addressCases: readonly Case[] = [bindAndConnect, exhausted, udpAutobind, tcpAutobind, portZero];
