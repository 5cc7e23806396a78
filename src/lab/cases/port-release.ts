import type { SocketRow } from '../../index.js';
import { type Case, defineCase } from '../case/case.js';
import { closeInOrder, type Connection, establish } from '../host/connection.js';
import type { Endpoint, Host } from '../host/host.js';
import type { Lab } from '../case/lab.js';
import type { LabSocket } from '../host/lab-socket.js';
import { inState, readToEnd } from '../host/peer-view.js';
import { outcome, outcomeAsync } from '../host/step.js';
import { alike } from '../case/wording.js';

const port = 8080;
const reuse = { SO_REUSEADDR: true };

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
  await host.waitFor({ localPort: port, state: 'TIME_WAIT' }, 'both have sent their FIN again');
}

function bindAgain(host: Host, options = {}): string {
  return outcome(() => host.open({ name: 'server again', options }).bind({ address: host.ANY, port }));
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
  ).map((name) => ({ name, given: name, says: 'ok' })),
  async run(lab, given) {
    const [serverHost, clientHost] = lab.pair();
    await release(given, serverHost, clientHost);
    if (given.endsWith('first') || given.endsWith('RST'))
      await serverHost.waitUntilGone({ localPort: port, state: ['CLOSE_WAIT', 'LAST_ACK'] }, 'the last ACK');
    serverHost.look('what is left on the port', { localPort: port });
    return bindAgain(serverHost);
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => observed,
      ({ name }) => name,
    )
      .map(({ outcome: said, labels }) => `bind said ${said}: ${labels.join('; ')}`)
      .join(' / '),
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
  if (row?.timer === undefined) return 'no timer';
  if (row.timer.kind === 'retransmit') return 'as long as it retransmits';
  const seconds = row.timer.remainingMs / 1000;
  const near = [1, 60].find((length) => seconds <= length && seconds > length * 0.8 - 0.7);
  return near === undefined ? `${seconds.toFixed(1)} s` : `about ${near} s`;
}

async function serverFirst(
  stay: Stay,
  { server, client }: Connection,
  serverHost: Host,
  clientHost: Host,
): Promise<void> {
  if (stay.endsWith('tcp_fin_timeout 1')) serverHost.setSysctl('net.ipv4.tcp_fin_timeout', 1);
  if (stay.startsWith('the client closes too')) return await closeInOrder(server, client);
  if (stay === 'the client has vanished') clientHost.vanish();
  if (stay.endsWith('half-closed')) server.shutdown('write');
  else server.close();
  await serverHost.waitFor(
    { localPort: port, state: stay === 'the client has vanished' ? 'FIN_WAIT1' : 'FIN_WAIT2' },
    'the server has closed',
  );
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
    says: { state: 'TIME_WAIT', timer: 'about 60 s', bind: 'EADDRINUSE' },
  })),
  async run(lab, stay) {
    const [serverHost, clientHost] = lab.pair();
    const connection = await establish(serverHost, { at: { address: serverHost.ANY, port }, clientHost });
    connection.listener.close();
    await serverFirst(stay, connection, serverHost, clientHost);
    const [row] = serverHost.look('what holds the port', { localPort: port });
    return { state: row?.state ?? 'nothing', timer: keptFor(row), bind: bindAgain(serverHost) };
  },
  because: (rows) =>
    rows
      .map(({ name, observed: { state, timer, bind } }) => `${name}: ${state}, ${timer}, bind said ${bind}`)
      .join('; '),
});

const states = [
  'bound',
  'LISTEN',
  'ESTABLISHED',
  'CLOSE_WAIT',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'LAST_ACK',
  'TIME_WAIT',
] as const;
type State = (typeof states)[number];

/** Brings a socket of the server's port to the state; all the others on the port are gone. */
async function reach(
  state: State,
  serverHost: Host,
  clientHost: Host,
  options: Record<string, boolean>,
): Promise<void> {
  const at = { address: serverHost.ANY, port };
  if (state === 'bound') return void serverHost.open({ name: 'old', options }).bind(at);
  if (state === 'LISTEN') return void serverHost.listen({ ...at, options });
  const { listener, server, client } = await establish(serverHost, { at, clientHost, options });
  listener.close();
  if (state === 'TIME_WAIT') return await closeInOrder(server, client);
  if (state === 'CLOSE_WAIT' || state === 'LAST_ACK') {
    client.shutdown('write');
    await inState(server, 'CLOSE_WAIT');
  }
  if (state === 'FIN_WAIT1' || state === 'LAST_ACK') clientHost.vanish();
  if (state.startsWith('FIN_') || state === 'LAST_ACK') server.close();
  await serverHost.waitFor({ localPort: port, state }, `the old socket is in ${state}`);
}

/** What bind() or listen() of a server with SO_REUSEADDR said. */
function startAgain(host: Host): string {
  const server = host.open({ name: 'server again', options: reuse });
  const bound = outcome(() => server.bind({ address: host.ANY, port }));
  return bound === 'ok' ? outcome(() => server.listen()) : bound;
}

const busyPort = defineCase<{ state: State; old: boolean }, string>({
  id: 'L7',
  articles: ['004'],
  title: 'SO_REUSEADDR on a busy port, by the state of what holds it',
  claim:
    'SO_REUSEADDR lets a server start on a port that is busy in TIME_WAIT; in any other state it still gets EADDRINUSE.',
  rule: 'inet_bind_conflict() asks two things of each socket in the bucket: whether both have SO_REUSEADDR, and whether it listens. The state is of no other account.',
  advice:
    'Set it on every listener from the first start on. It protects from a second listener only, so a server with it may start beside live connections of another.',
  bindsBeside: true,
  rows: [true, false].flatMap((old) =>
    states.map((state) => ({
      name: `${state}, ${old ? 'with' : 'without'} the option`,
      given: { state, old },
      says: state === 'TIME_WAIT' ? 'ok' : 'EADDRINUSE',
    })),
  ),
  async run(lab, { state, old }) {
    const [serverHost, clientHost] = lab.pair();
    await reach(state, serverHost, clientHost, old ? reuse : {});
    return startAgain(serverHost);
  },
  because: (rows) =>
    [true, false]
      .map((old) => {
        const of = rows.filter(({ given }) => given.old === old);
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
async function inherit(lab: Lab, given: Predecessor): Promise<string> {
  const host = lab.host();
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

/** What the client sent has been answered or delivered when this is asked: everything is on one host. */
async function got(next: LabSocket, client: LabSocket, type: 'stream' | 'dgram'): Promise<string> {
  if (type === 'stream') await inState(client, 'CLOSE');
  const taken = type === 'stream' ? next.socket.tryAccept() : next.socket.tryRecv();
  if (taken !== undefined && 'close' in taken) taken.close();
  const result = taken === undefined ? 'does not get it' : 'gets it';
  next.host.note('the new server', result);
  return result;
}

const predecessor = defineCase<Predecessor, string>({
  id: 'L8',
  articles: ['004'],
  title: 'Data meant for the server before the restart',
  claim: 'After a restart with SO_REUSEADDR the new server may get data that was meant for its predecessor.',
  rule: "tcp_v4_rcv() looks for a connection of the whole four-tuple first; a listener gets nothing but a SYN and answers anything else with RST (tcp_rcv_state_process()). UDP has no connections on the server's side: udp4_lib_lookup2() takes whoever is bound.",
  advice:
    "For TCP there is nothing to fear. In a protocol over UDP, put an identifier of the server's run into what must not be taken for a new one's.",
  rows: (
    [
      'TCP, a client of the old server sends more',
      "TCP, the same after the server's machine lost the connection",
      'TCP, a connection waits to be accepted',
      'UDP, a client of the old server sends more',
      'UDP, a datagram waits to be read',
    ] as const
  ).map((name) => ({ name, given: name, says: 'gets it' })),
  run: inherit,
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => observed,
      ({ name }) => name,
    )
      .map(({ outcome: what, labels }) => `the new server ${what}: ${labels.join('; ')}`)
      .join(' / '),
});

type Tuple =
  | 'TCP, SO_REUSEADDR'
  | 'TCP, SO_REUSEPORT'
  | 'TCP, the first in TIME_WAIT'
  | 'UDP, SO_REUSEADDR'
  | 'UDP, SO_REUSEPORT';

/** Tries to connect two sockets from one address and port to one address and port; tells how many of this five-tuple there are. */
async function connectTwice(lab: Lab, given: Tuple): Promise<string> {
  const host = lab.host();
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
  await outcomeAsync(() => second.connect({ address: host.A, port }));
  const same = { protocol, localPort: from.port, remotePort: port } as const;
  return `${host.look('sockets of that five-tuple', same).length} of it`;
}

const fiveTuple = defineCase<Tuple, string>({
  id: 'L9',
  articles: ['004'],
  title: 'The five-tuple stays unique',
  claim:
    'SO_REUSEADDR shares the local address and port only; the five-tuple of protocol, addresses and ports stays unique.',
  rule: '__inet_hash_connect() and __inet_check_established() refuse a TCP four-tuple that is in use with EADDRNOTAVAIL; one in TIME_WAIT is taken over, not doubled (tcp_twsk_unique()). UDP has no such check: __ip4_datagram_connect() connects any number.',
  advice:
    'Connected UDP sockets do not keep others out: with SO_REUSEADDR any process may take the datagrams of your five-tuple. Leave source ports to the kernel.',
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
    says: '1 of it',
  })),
  run: connectTwice,
  because: (rows) =>
    `after two connects of one five-tuple there were ${alike(
      rows,
      ({ observed }) => observed,
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
