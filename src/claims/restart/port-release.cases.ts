import type { SocketRow } from '../../index.js';
import {
  about,
  alike,
  bindAgain,
  type Case,
  closeInOrder,
  comesTrue,
  type Connection,
  defineCase,
  type Endpoint,
  establish,
  type Host,
  inGrid,
  inState,
  type LabSocket,
  type LabState,
  labStates,
  outcomeAsync,
  reach,
  readToEnd,
  reuse,
  type Stage,
  startAgain,
} from '../kit/index.js';

const port = 8080;

type Release =
  | 'every connection was closed by its client first'
  | 'the client closed first, by RST'
  | 'one of two connections was closed by the server first'
  | 'the client closed first and can no longer be reached'
  | 'the client closed first, its FIN and that of the server crossed';

/** Ends a connection from the client's side, and the server's end of it after that. */
async function clientFirst({ server, client }: Connection): Promise<void> {
  client.close();
  await readToEnd(server);
  server.close();
}

async function release(release: Release, serverHost: Host, clientHost: Host): Promise<void> {
  const connection = await establish(serverHost, { at: { address: serverHost.ANY, port }, clientHost });
  const { listener, server, client } = connection;
  if (release === 'one of two connections was closed by the server first') {
    const second = await clientHost.connect({ address: serverHost.A, port }, { name: 'second client' });
    await closeInOrder(await listener.accept('second server'), second);
  }
  listener.close();
  if (release === 'the client closed first, by RST') client.setOption('SO_LINGER', { on: true, seconds: 0 });
  if (release === 'the client closed first, its FIN and that of the server crossed')
    return await cross(connection, clientHost);
  if (release !== 'the client closed first and can no longer be reached') return await clientFirst(connection);
  client.shutdown('write');
  await inState(server, 'CLOSE_WAIT');
  clientHost.vanish();
  server.close();
}

/** Neither FIN arrives while the client's host is away; sent again, each finds the other end in FIN_WAIT1. */
async function cross({ server, client }: Connection, clientHost: Host): Promise<void> {
  const { host } = server;
  clientHost.vanish();
  client.close();
  server.close();
  clientHost.reappear();
  const closing = { localPort: port, state: ['FIN_WAIT1', 'FIN_WAIT2', 'CLOSING'] } as const;
  await comesTrue(() => host.sockets(closing).length === 0, 'both have sent their FIN again', 5000);
}

const clientClosesFirst = defineCase<Release, string>({
  id: 'L1',
  articles: ['004'],
  title: 'The client closes first: the port is free at once',
  claim: 'When the client closes first and the server after it, the port of the server can be used again at once.',
  rule: 'The passive closer is done when its FIN is acknowledged: tcp_rcv_state_process() takes LAST_ACK to CLOSE, and nothing is left. Until then the socket of LAST_ACK is in the bucket of the port; when the FINs cross, both ends go by CLOSING to TIME_WAIT (RFC 9293 section 3.6, figure 13).',
  advice:
    "Do not build on the clients' good manners: one connection that the server ends itself, or one client that vanishes, holds the port. Set SO_REUSEADDR.",
  rows: (
    [
      'every connection was closed by its client first',
      'the client closed first, by RST',
      'one of two connections was closed by the server first',
      'the client closed first and can no longer be reached',
      'the client closed first, its FIN and that of the server crossed',
    ] as const
  ).map((name) => ({
    name,
    given: name,
    // A connection that the server closes first is the other side of it.
    ...(name === 'one of two connections was closed by the server first' ? {} : { says: 'ok' }),
  })),
  async run(stage, given) {
    const [serverHost, clientHost] = stage.pair();
    await release(given, serverHost, clientHost);
    const closing = { localPort: port, state: ['CLOSE_WAIT', 'LAST_ACK'] } as const;
    if (given.endsWith('first') || given.endsWith('RST'))
      await comesTrue(() => serverHost.sockets(closing).length === 0, 'the last ACK');
    serverHost.look('what is left on the port', { localPort: port });
    return bindAgain(serverHost, { address: serverHost.ANY, port });
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => observed,
      ({ name }) => name,
    )
      .map(({ outcome: said, labels }) => `bind said ${said} where ${labels.join('; where ')}`)
      .join('; '),
});

type Keeping = { readonly state: string; readonly timer: string; readonly bind: string };
type Stay =
  | 'the client closes too'
  | 'the client closes too, tcp_fin_timeout 1'
  | 'the client never closes'
  | 'the client never closes, tcp_fin_timeout 1'
  | 'the client never closes, the server keeps its socket half-closed'
  | 'the client has vanished';

/** How long the socket's own timer keeps it, read when it has just begun; a busy machine may be late. */
function keptFor(row: SocketRow | undefined): string {
  if (row?.timer === undefined) return 'without a timer';
  if (row.timer.kind === 'retransmit') return 'as long as it retransmits';
  return about(row.timer.remainingMs, [1, 60]);
}

async function serverFirst(
  stay: Stay,
  { server, client }: Connection,
  serverHost: Host,
  clientHost: Host,
): Promise<void> {
  if (stay.endsWith('tcp_fin_timeout 1')) serverHost.setSysctl('net.ipv4.tcp_fin_timeout', 1);
  if (stay === 'the client has vanished') clientHost.vanish();
  if (stay.endsWith('half-closed')) server.shutdown('write');
  else server.close();
  // The FIN is never acknowledged, and the state is that of the close.
  if (stay === 'the client has vanished') return;
  await client.recv();
  const isClosing = stay.startsWith('the client closes too');
  if (isClosing) client.close();
  const passing = isClosing ? (['FIN_WAIT1', 'FIN_WAIT2'] as const) : (['FIN_WAIT1'] as const);
  await comesTrue(() => serverHost.sockets({ localPort: port, state: passing }).length === 0, 'the server has closed');
}

/** It is about the machine as it is, and a server that closes. */
function isMeant(stay: Stay): boolean {
  return !stay.endsWith('tcp_fin_timeout 1') && !stay.endsWith('half-closed');
}

const serverClosesFirst = defineCase<Stay, Keeping>({
  id: 'L2',
  articles: ['004'],
  title: 'The server closes while the client stays: for how long the port is held',
  claim:
    'When the server closes and the client has not, the port goes to TIME_WAIT and cannot be used for one to four minutes.',
  rule: 'Without the FIN of the client there is no TIME_WAIT but FIN_WAIT2. Once no process holds it, tcp_fin_timeout (60 s) ends it (tcp_fin_time(), tcp_time_wait()); while one does, nothing. TIME_WAIT is TCP_TIMEWAIT_LEN, 60 s, which no setting changes.',
  advice:
    'Set SO_REUSEADDR, which also covers FIN_WAIT2, and close what you have shut down: a half-closed socket that is kept open has no timer at all.',
  rows: (
    [
      'the client closes too',
      'the client closes too, tcp_fin_timeout 1',
      'the client never closes',
      'the client never closes, tcp_fin_timeout 1',
      'the client never closes, the server keeps its socket half-closed',
      'the client has vanished',
    ] as const
  ).map((name) => ({
    name,
    given: name,
    // 60 s is the least the article says.
    ...(isMeant(name) ? { says: { state: 'TIME_WAIT', timer: 'about 60 s', bind: 'EADDRINUSE' } } : {}),
  })),
  async run(stage, stay) {
    const [serverHost, clientHost] = stage.pair();
    const connection = await establish(serverHost, { at: { address: serverHost.ANY, port }, clientHost });
    connection.listener.close();
    await serverFirst(stay, connection, serverHost, clientHost);
    const [row] = serverHost.look('what holds the port', { localPort: port });
    return {
      state: row?.state ?? 'nothing',
      timer: keptFor(row),
      bind: bindAgain(serverHost, { address: serverHost.ANY, port }),
    };
  },
  because: (rows) =>
    `${alike(
      rows,
      ({ observed: { state, timer } }) => `${state} ${timer.startsWith('about') ? `for ${timer}` : timer}`,
      ({ name }) => name,
    )
      .map(({ outcome: what, labels }) => `the port is held by ${what} where ${labels.join(' or ')}`)
      .join('; ')}; bind then said ${[...new Set(rows.map(({ observed }) => observed.bind))].join(' or ')}`,
});

const busyPort = defineCase<{ state: LabState; old: boolean }, string>({
  id: 'L7',
  articles: ['004'],
  title: 'SO_REUSEADDR on a busy port, by the state of what holds it',
  claim:
    'SO_REUSEADDR lets a server start on a port that is busy in TIME_WAIT; in any other state it still gets EADDRINUSE.',
  rule: 'inet_bind_conflict() asks two things of each socket in the bucket: whether both have SO_REUSEADDR, and whether it listens. The state is of no other account.',
  advice:
    'Set it on every listener from the first start on. The kernel then refuses a second listener and nothing else: a server may start beside the living connections of another.',
  bindsBeside: true,
  rows: [true, false].flatMap((old) =>
    labStates.map((state) => ({
      ...inGrid(state, `${old ? 'with' : 'without'} the option`),
      given: { state, old },
      // A port without a socket is not busy.
      ...(state === 'CLOSED' ? {} : { says: state === 'TIME_WAIT' ? 'ok' : 'EADDRINUSE' }),
    })),
  ),
  async run(stage, { state, old }) {
    const { host } = await reach(stage, state, old ? reuse : {});
    return startAgain(host, { address: host.ANY, port, options: reuse });
  },
  because: (rows) =>
    [true, false]
      .map((old) => {
        const of = rows.filter(({ given }) => given.old === old && given.state !== 'CLOSED');
        const said = alike(
          of,
          ({ observed }) => observed,
          ({ given }) => given.state,
        );
        return `with the option ${old ? 'on both' : 'on the new socket only'}: ${said.map(({ outcome: what, labels }) => `${what} for ${labels.join(', ')}`).join(', ')}`;
      })
      .join('; '),
});

type Predecessor =
  | 'TCP, a client of the old server sends more'
  | "TCP, the same after the server's machine lost the connection"
  | 'TCP, a connection waits to be accepted'
  | 'UDP, a client of the old server sends more'
  | 'UDP, a datagram waits to be read';

/** Sends to the old server, ends it, starts the new one, and tells whether that got something. */
async function inherit(stage: Stage, given: Predecessor): Promise<string> {
  const host = stage.alone();
  const type = given.startsWith('UDP') ? 'dgram' : 'stream';
  const place = { address: host.A, port };
  const old = host.open({ name: 'old server', type, options: reuse }).bind(place);
  if (type === 'stream') old.listen();
  const client = await host.open({ name: 'client', type }).connect(place);
  const early = given.includes('waits');
  if (early) await client.send('for the old server');
  if (type === 'stream' && !early) await endConnection(await old.accept('old connection'), client, given);
  old.close();
  const next = host.open({ name: 'new server', type, options: reuse }).bind(place);
  if (type === 'stream') next.listen();
  if (!early) await outcomeAsync(() => client.send('for the old server'));
  return await got(next, client, type);
}

async function endConnection(connection: LabSocket, client: LabSocket, given: Predecessor): Promise<void> {
  if (given.endsWith('lost the connection')) return connection.setOption('TCP_REPAIR', 1).close();
  connection.close();
  await inState(client, 'CLOSE_WAIT');
}

/** Everything is on one host: a datagram has been delivered when this is asked. */
async function got(next: LabSocket, client: LabSocket, type: 'stream' | 'dgram'): Promise<string> {
  const taken = type === 'dgram' ? next.socket.tryRecv() : await accepted(next, client);
  const result = taken === undefined ? 'does not get it' : 'gets it';
  next.host.note('the new server', result);
  return result;
}

/** The connection of the client, if it has become one of the new server's; none once the client's end has been reset. */
async function accepted({ host, socket }: LabSocket, client: LabSocket): Promise<LabSocket | undefined> {
  let taken: LabSocket | undefined;
  await comesTrue(() => {
    const inherited = socket.tryAccept();
    if (inherited !== undefined) taken = host.record('inherited', inherited);
    return taken !== undefined || client.state === 'CLOSE';
  }, 'the connection is taken over or reset');
  return taken;
}

const predecessor = defineCase<Predecessor, string>({
  id: 'L8',
  articles: ['004'],
  title: 'Data meant for the server before the restart',
  claim: 'After a restart with SO_REUSEADDR the new TCP server may get data that was meant for its predecessor.',
  rule: "tcp_v4_rcv() looks for a connection of the whole four-tuple first; a listener gets nothing but a SYN and answers anything else with RST (tcp_rcv_state_process()). UDP has no connections on the server's side: udp4_lib_lookup2() takes whoever is bound.",
  advice:
    "For TCP there is nothing to fear but old duplicates (L4). In a protocol over UDP, put an identifier of the server's run into what must not be taken for a new one's.",
  rows: (
    [
      'TCP, a client of the old server sends more',
      "TCP, the same after the server's machine lost the connection",
      'TCP, a connection waits to be accepted',
      'UDP, a client of the old server sends more',
      'UDP, a datagram waits to be read',
    ] as const
  ).map((name) => ({ name, given: name, ...(name.startsWith('TCP') ? { says: 'gets it' } : {}) })),
  run: inherit,
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => observed,
      ({ name }) => name,
    )
      .map(({ outcome: what, labels }) => `the new server ${what} (${labels.join('; ')})`)
      .join(', '),
});

type Tuple =
  | 'TCP, SO_REUSEADDR'
  | 'TCP, SO_REUSEPORT'
  | 'TCP, the first in TIME_WAIT'
  | 'UDP, SO_REUSEADDR'
  | 'UDP, SO_REUSEPORT';

interface Twice {
  readonly [what: string]: string | number;
  /** What the second connect() said. */
  readonly second: string;
  /** Sockets of the five-tuple then. */
  readonly sockets: number;
}

/** Tries to connect two sockets from one address and port to one address and port. */
async function connectTwice(stage: Stage, given: Tuple): Promise<Twice> {
  const host = stage.alone();
  const protocol = given.startsWith('TCP') ? 'tcp' : 'udp';
  const type = protocol === 'tcp' ? 'stream' : 'dgram';
  const options = { [given.endsWith('SO_REUSEPORT') ? 'SO_REUSEPORT' : 'SO_REUSEADDR']: true };
  const server = host.open({ name: 'server', type }).bind({ address: host.A, port });
  if (protocol === 'tcp') server.listen();
  const from: Endpoint = { address: host.A, port: 5000 };
  const [first, second] = ['first', 'second'].map((name) => host.open({ name, type, options }).bind(from));
  if (first === undefined || second === undefined) throw new Error('two sockets were asked for');
  await first.connect(server.local);
  if (given === 'TCP, the first in TIME_WAIT') await closeInOrder(first, await server.accept('accepted'));
  const said = await outcomeAsync(() => second.connect({ address: host.A, port }));
  const same = { protocol, localPort: from.port, remotePort: port } as const;
  return { second: said, sockets: host.look('sockets of that five-tuple', same).length };
}

const fiveTuple = defineCase<Tuple, Twice>({
  id: 'L9',
  articles: ['004'],
  title: 'The five-tuple stays unique',
  claim:
    'SO_REUSEADDR shares the local address and port only; the five-tuple of protocol, addresses and ports stays unique.',
  rule: '__inet_hash_connect() and __inet_check_established() refuse a TCP four-tuple that is in use with EADDRNOTAVAIL; one in TIME_WAIT is taken over, not doubled (tcp_twsk_unique()). UDP has no such check: __ip4_datagram_connect() connects any number.',
  advice:
    'Connected UDP sockets do not keep others out: if yours has SO_REUSEADDR, any process that sets it too may take the datagrams of your five-tuple. Leave source ports to the kernel.',
  rows: (
    [
      'TCP, SO_REUSEADDR',
      'TCP, SO_REUSEPORT',
      'TCP, the first in TIME_WAIT',
      'UDP, SO_REUSEADDR',
      'UDP, SO_REUSEPORT',
    ] as const
  ).map((name) => ({
    name,
    given: name,
    // It is about SO_REUSEADDR.
    ...(name === 'TCP, SO_REUSEPORT' || name === 'UDP, SO_REUSEPORT' ? {} : { says: { sockets: 1 } }),
  })),
  run: connectTwice,
  because: (rows) =>
    `a second connect() of one five-tuple ${alike(
      rows,
      ({ observed: { second, sockets } }) =>
        `said ${second} and left ${sockets} ${sockets === 1 ? 'socket' : 'sockets'} of it`,
      ({ name }) => name,
    )
      .map(({ outcome: what, labels }) => `${what} (${labels.join('; ')})`)
      .join(', ')}`,
});

/** When a port can be used again, and by whom. */
export const portReleaseCases: readonly Case[] = [
  clientClosesFirst,
  serverClosesFirst,
  busyPort,
  predecessor,
  fiveTuple,
];
