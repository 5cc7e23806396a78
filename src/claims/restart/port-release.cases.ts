import type { SocketRow } from '../../index.js';
import {
  about,
  bindAgain,
  type Case,
  closeInOrder,
  comesTrue,
  type Connection,
  defineCase,
  type Endpoint,
  establish,
  type Host,
  inState,
  type OldSocket,
  outcomeAsync,
  overEachState,
  readToEnd,
  type Stage,
  startOver,
} from '../kit/index.js';

const port = 8080;

interface Release {
  /** How the client ends its connection. */
  readonly client: 'FIN' | 'RST' | 'FIN, then unreachable' | 'FIN crossed by that of the server';
  /** The server ends a second connection first. */
  readonly andServerFirst?: true;
}

const releases: Readonly<Record<string, Release>> = {
  'every connection was closed by its client first': { client: 'FIN' },
  'the client closed first, by RST': { client: 'RST' },
  'one of two connections was closed by the server first': { client: 'FIN', andServerFirst: true },
  'the client closed first and can no longer be reached': { client: 'FIN, then unreachable' },
  'the client closed first, its FIN and that of the server crossed': { client: 'FIN crossed by that of the server' },
};

/** Ends a connection from the client's side, and the server's end of it after that. */
async function clientFirst({ server, client }: Connection): Promise<void> {
  client.close();
  await readToEnd(server);
  server.close();
}

async function release(given: Release, serverHost: Host, clientHost: Host): Promise<void> {
  const connection = await establish(serverHost, { at: { address: serverHost.ANY, port }, clientHost });
  const { listener, server, client } = connection;
  if (given.andServerFirst) {
    const second = await clientHost.connect({ address: serverHost.A, port }, { name: 'second client' });
    await closeInOrder(await listener.accept('second server'), second);
  }
  listener.close();
  if (given.client === 'RST') client.setOption('SO_LINGER', { on: true, seconds: 0 });
  if (given.client === 'FIN crossed by that of the server') return await cross(connection, clientHost);
  if (given.client !== 'FIN, then unreachable') return await clientFirst(connection);
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
  rules: ['last-closer-done', 'closing-crossed', 'held-by-closing-connection', 'held-by-time-wait'],
  advice:
    'Set SO_REUSEADDR. Do not rely on clients: one connection that the server ends, or one client that vanishes, holds the port.',
  rows: Object.entries(releases).map(([name, given]) => ({
    name,
    given,
    // A connection that the server closes first is the other side of it.
    ...(given.andServerFirst ? {} : { says: 'ok' }),
  })),
  async run(stage, given) {
    const [serverHost, clientHost] = stage.pair();
    await release(given, serverHost, clientHost);
    const closing = { localPort: port, state: ['CLOSE_WAIT', 'LAST_ACK'] } as const;
    if (given.client === 'FIN' || given.client === 'RST')
      await comesTrue(() => serverHost.sockets(closing).length === 0, 'the last ACK');
    serverHost.look('what is left on the port', { localPort: port });
    return bindAgain(serverHost, { address: serverHost.ANY, port });
  },
  laws: [
    {
      text: 'The port is free at once if every client closed its connection first and the last ACK came. It is held if the server closed one first, if a client is unreachable (LAST_ACK), or if both closed at the same time (TIME_WAIT).',
      rows: {
        'every connection was closed by its client first': 'ok',
        'the client closed first, by RST': 'ok',
        'one of two connections was closed by the server first': 'EADDRINUSE',
        'the client closed first and can no longer be reached': 'EADDRINUSE',
        'the client closed first, its FIN and that of the server crossed': 'EADDRINUSE',
      },
    },
  ],
});

type Keeping = { readonly state: string; readonly timer: string; readonly bind: string };

interface Stay {
  /** What the client does when the server has closed. */
  readonly client: 'closes' | 'stays' | 'has vanished';
  readonly finTimeout?: number;
  /** The server sends its FIN and keeps its socket. */
  readonly keepsSocket?: true;
}

const stays: Readonly<Record<string, Stay>> = {
  'the client closes too': { client: 'closes' },
  'the client closes too, tcp_fin_timeout 1': { client: 'closes', finTimeout: 1 },
  'the client never closes': { client: 'stays' },
  'the client never closes, tcp_fin_timeout 1': { client: 'stays', finTimeout: 1 },
  'the client never closes, the server keeps its socket half-closed': { client: 'stays', keepsSocket: true },
  'the client has vanished': { client: 'has vanished' },
};

/** How long the socket's own timer keeps it, read when it has just begun; a busy machine may be late. */
function keptFor(row: SocketRow | undefined): string {
  if (row?.timer === undefined) return 'without a timer';
  if (row.timer.kind === 'retransmit') return 'as long as it retransmits';
  return about(row.timer.remainingMs, [1, 60]);
}

async function serverFirst(
  { client: behaviour, finTimeout, keepsSocket }: Stay,
  { server, client }: Connection,
  serverHost: Host,
  clientHost: Host,
): Promise<void> {
  if (finTimeout !== undefined) serverHost.setSysctl('net.ipv4.tcp_fin_timeout', finTimeout);
  if (behaviour === 'has vanished') clientHost.vanish();
  if (keepsSocket) server.shutdown('write');
  else server.close();
  // The FIN is never acknowledged, and the state is that of the close.
  if (behaviour === 'has vanished') return;
  await client.recv();
  const isClosing = behaviour === 'closes';
  if (isClosing) client.close();
  const passing = isClosing ? (['FIN_WAIT1', 'FIN_WAIT2'] as const) : (['FIN_WAIT1'] as const);
  await comesTrue(() => serverHost.sockets({ localPort: port, state: passing }).length === 0, 'the server has closed');
}

/** It is about the machine as it is, and a server that closes. */
function isMeant({ finTimeout, keepsSocket }: Stay): boolean {
  return finTimeout === undefined && keepsSocket === undefined;
}

const serverClosesFirst = defineCase<Stay, Keeping>({
  id: 'L2',
  articles: ['004'],
  title: 'The server closes while the client stays: for how long the port is held',
  claim:
    'When the server closes and the client has not, the port goes to TIME_WAIT and cannot be used for one to four minutes.',
  rules: ['fin-wait2-alone', 'fin-timeout', 'half-closed-for-ever', 'time-wait-60s', 'held-by-closing-connection'],
  advice:
    'Set SO_REUSEADDR before bind(), from the first start on: it covers FIN_WAIT1, FIN_WAIT2 and TIME_WAIT. Close every socket that you have shut down: a half-closed socket that is kept open has no timer at all.',
  labels: { state: 'what holds the port', timer: 'for how long', bind: 'bind()' },
  rows: Object.entries(stays).map(([name, given]) => ({
    name,
    given,
    // 60 s is the least the article says.
    ...(isMeant(given) ? { says: { state: 'TIME_WAIT', timer: 'about 60 s', bind: 'EADDRINUSE' } } : {}),
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
  laws: [
    {
      text: 'If the client closes too, TIME_WAIT holds the port for 60 s, whatever tcp_fin_timeout says. If the client never closes, FIN_WAIT2 holds it for tcp_fin_timeout (60 s), or for ever if the server keeps its socket. If the client is unreachable, FIN_WAIT1 holds it until the kernel gives up sending the FIN again.',
      rows: {
        'the client closes too': { state: 'TIME_WAIT', timer: 'about 60 s', bind: 'EADDRINUSE' },
        'the client closes too, tcp_fin_timeout 1': { state: 'TIME_WAIT', timer: 'about 60 s', bind: 'EADDRINUSE' },
        'the client never closes': { state: 'FIN_WAIT2', timer: 'about 60 s', bind: 'EADDRINUSE' },
        'the client never closes, tcp_fin_timeout 1': { state: 'FIN_WAIT2', timer: 'about 1 s', bind: 'EADDRINUSE' },
        'the client never closes, the server keeps its socket half-closed': {
          state: 'FIN_WAIT2',
          timer: 'without a timer',
          bind: 'EADDRINUSE',
        },
        'the client has vanished': { state: 'FIN_WAIT1', timer: 'as long as it retransmits', bind: 'EADDRINUSE' },
      },
    },
  ],
});

const busyPort = defineCase<OldSocket, string>({
  id: 'L7',
  articles: ['004'],
  title: 'SO_REUSEADDR on a busy port, by the state of what holds it',
  claim:
    'SO_REUSEADDR lets a server start on a port that is busy in TIME_WAIT; in any other state it still gets EADDRINUSE.',
  rules: ['reuseaddr-shared', 'held-by-listener', 'held-by-time-wait'],
  advice:
    'Set it on every listener from the first start on. The kernel then refuses a second listener and nothing else: the server may start beside living connections of the old one.',
  bindsBeside: true,
  rows: overEachState,
  run: startOver,
  laws: [
    {
      text: 'With SO_REUSEADDR on both sockets only LISTEN is in the way. With the option on the new socket alone every state is.',
      rows: ({ state, option }) => (state === 'CLOSED' || (option && state !== 'LISTEN') ? 'ok' : 'EADDRINUSE'),
    },
    {
      text: 'With SO_REUSEADDR on the new socket TIME_WAIT is not in the way, and every other state is.',
      rows: ({ state }) => (state === 'CLOSED' || state === 'TIME_WAIT' ? 'ok' : 'EADDRINUSE'),
    },
  ],
});

interface Tuple {
  readonly protocol: 'tcp' | 'udp';
  readonly option: 'SO_REUSEADDR' | 'SO_REUSEPORT';
  /** The first connection is over, at its own end. */
  readonly inTimeWait?: true;
}

const tuples: Readonly<Record<string, Tuple>> = {
  'TCP, SO_REUSEADDR': { protocol: 'tcp', option: 'SO_REUSEADDR' },
  'TCP, SO_REUSEPORT': { protocol: 'tcp', option: 'SO_REUSEPORT' },
  'TCP, the first in TIME_WAIT': { protocol: 'tcp', option: 'SO_REUSEADDR', inTimeWait: true },
  'UDP, SO_REUSEADDR': { protocol: 'udp', option: 'SO_REUSEADDR' },
  'UDP, SO_REUSEPORT': { protocol: 'udp', option: 'SO_REUSEPORT' },
};

type Twice = {
  /** What the second connect() said. */
  readonly second: string;
  /** Sockets of the five-tuple then. */
  readonly sockets: number;
};

/** Tries to connect two sockets from one address and port to one address and port. */
async function connectTwice(stage: Stage, { protocol, option, inTimeWait }: Tuple): Promise<Twice> {
  const host = stage.alone();
  const type = protocol === 'tcp' ? 'stream' : 'dgram';
  const options = { [option]: true };
  const server = host.open({ name: 'server', type }).bind({ address: host.A, port });
  if (protocol === 'tcp') server.listen();
  const from: Endpoint = { address: host.A, port: 5000 };
  const [first, second] = ['first', 'second'].map((name) => host.open({ name, type, options }).bind(from));
  if (first === undefined || second === undefined) throw new Error('two sockets were asked for');
  await first.connect(server.local);
  if (inTimeWait) await closeInOrder(first, await server.accept('accepted'));
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
  rules: ['four-tuple-taken', 'time-wait-taken-over', 'udp-connect'],
  advice:
    'Leave source ports to the kernel. Do not rely on a connected UDP socket to keep others out: if it has SO_REUSEADDR, any process that sets it too may take the datagrams of its five-tuple.',
  labels: { second: 'second connect()', sockets: 'sockets of the five-tuple' },
  rows: Object.entries(tuples).map(([name, given]) => ({
    name,
    given,
    // It is about SO_REUSEADDR.
    ...(given.option === 'SO_REUSEPORT' ? {} : { says: { sockets: 1 } }),
  })),
  run: connectTwice,
  laws: [
    {
      text: 'For TCP the five-tuple stays unique: a second connect() fails with EADDRNOTAVAIL, or takes over the TIME_WAIT of the first. For UDP any number of sockets can have one five-tuple.',
      rows: {
        'TCP, SO_REUSEADDR': { second: 'EADDRNOTAVAIL', sockets: 1 },
        'TCP, SO_REUSEPORT': { second: 'EADDRNOTAVAIL', sockets: 1 },
        'TCP, the first in TIME_WAIT': { second: 'ok', sockets: 1 },
        'UDP, SO_REUSEADDR': { second: 'ok', sockets: 2 },
        'UDP, SO_REUSEPORT': { second: 'ok', sockets: 2 },
      },
    },
  ],
});

/** When a port can be used again, and by whom. */
export const portReleaseCases: readonly Case[] = [clientClosesFirst, serverClosesFirst, busyPort, fiveTuple];
