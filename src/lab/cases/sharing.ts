import { type Case, defineCase } from '../case/case.js';
import type { Host } from '../host/host.js';
import type { Lab } from '../case/lab.js';
import type { LabSocket } from '../host/lab-socket.js';
import { outcome, outcomeAsync } from '../host/step.js';
import { until } from '../host/until.js';

type Place = 'ANY' | 'A' | 'B';
type Kind = 'stream' | 'dgram';
type ReuseOption = 'SO_REUSEADDR' | 'SO_REUSEPORT';

const port = 80;

interface Sharing {
  readonly kind: Kind;
  readonly option: ReuseOption;
  readonly order: readonly Place[];
}

/** Opens a server for each place in order; those whose bind or listen failed are not among the result. */
function startServers(host: Host, { kind, option, order }: Sharing): LabSocket[] {
  return order.flatMap((place) => {
    const server = host.open({ name: place, type: kind, options: { [option]: true } });
    const started = outcome(() => {
      server.bind({ address: host[place], port });
      if (kind === 'stream') server.listen();
    });
    return started === 'ok' ? [server] : [];
  });
}

/** Whether something has arrived at the server, which is taken. */
function takes(server: LabSocket, kind: Kind): boolean {
  if (kind === 'dgram') return server.socket.tryRecv() !== undefined;
  const connection = server.socket.tryAccept();
  connection?.close();
  return connection !== undefined;
}

/** Sends a datagram to `address`, or connects to it, and returns the name of the server that got it. */
async function whoGets(host: Host, servers: readonly LabSocket[], address: string, kind: Kind): Promise<string> {
  const client = host.open({ name: `client of ${address}`, type: kind });
  await client.connect({ address, port });
  if (kind === 'dgram') await client.send('who?');
  const winner = await until(
    () => servers.find((server) => takes(server, kind)),
    `a server that gets what goes to ${address}`,
  );
  client.host.look(`who got what went to ${address}: ${winner.name}`, {
    protocol: kind === 'stream' ? 'tcp' : 'udp',
    localPort: port,
  });
  return winner.name;
}

async function share(lab: Lab, given: Sharing): Promise<Record<string, string | number>> {
  const host = lab.host();
  const servers = startServers(host, given);
  const served: Record<string, string | number> = { started: servers.length };
  for (const [place, address] of Object.entries({ A: host.A, B: host.B, elsewhere: '127.0.0.1' })) {
    const reachable = servers.some(({ name }) => name === 'ANY' || name === place);
    served[place] = reachable ? await whoGets(host, servers, address, given.kind) : 'nobody';
  }
  return served;
}

const orders: readonly (readonly Place[])[] = [
  ['ANY', 'A', 'B'],
  ['A', 'B', 'ANY'],
];
const kinds: readonly { kind: Kind; name: string }[] = [
  { kind: 'stream', name: 'TCP' },
  { kind: 'dgram', name: 'UDP' },
];
const options: readonly ReuseOption[] = ['SO_REUSEADDR', 'SO_REUSEPORT'];

const mostSpecific = defineCase<Sharing, Record<string, string | number>>({
  id: 'S13',
  articles: ['002'],
  title: 'Three servers on one port, the most specific address wins',
  claim:
    'With SO_REUSEADDR a server on every address and one on each of two addresses run side by side on one port, and the most specific gets what arrives.',
  rule: 'inet_bind_conflict() lets SO_REUSEADDR sockets share an address only while none of them listens; SO_REUSEPORT also lets listeners share. compute_score() in inet_hashtables.c and udp.c ranks a socket bound to the destination address above one bound to the wildcard.',
  advice:
    'For TCP set SO_REUSEPORT on all of them; for UDP either option will do, but any other process with SO_REUSEADDR can then take your datagrams.',
  rows: kinds.flatMap(({ kind, name }) =>
    options.flatMap((option) =>
      orders.map((order) => ({
        name: `${name}, ${option}, ${order.join(' then ')}`,
        given: { kind, option, order },
        says: { started: 3, A: 'A', B: 'B', elsewhere: 'ANY' },
      })),
    ),
  ),
  run: share,
  because(rows) {
    const failed = rows
      .filter(({ ok }) => !ok)
      .map(({ name, observed }) => `${name} (${String(observed['started'])} of 3 started)`);
    const worked = rows.filter(({ ok }) => ok).map(({ name }) => name);
    return `it is so for ${worked.join('; ') || 'nothing'}; not for ${failed.join('; ') || 'nothing'}`;
  },
});

interface Datagrams {
  readonly option: ReuseOption;
  readonly destination: 'multicast' | 'unicast';
}

const group = '239.1.2.3';

/** Three UDP sockets on one port; returns which of them got the datagrams sent there. */
async function deliver(lab: Lab, { option, destination }: Datagrams): Promise<string> {
  const host = lab.host();
  host.namespace?.addRoute({ to: '224.0.0.0/4', interface: 'lo' });
  const address = destination === 'multicast' ? group : host.A;
  const sockets = ['first', 'second', 'third'].map((name) => {
    const socket = host.open({ name, type: 'dgram', options: { [option]: true } }).bind({ address, port: 5000 });
    if (destination === 'multicast') {
      socket.setOption('IP_ADD_MEMBERSHIP', { multicastAddress: group, localAddress: '127.0.0.1' });
    }
    return socket;
  });
  const copies = new Map<string, number>();
  for (let sent = 0; sent < datagramsSent; sent++) {
    // A new source port each time, since SO_REUSEPORT chooses by a hash that it is part of.
    const sender = host.open({ name: `sender ${sent}`, type: 'dgram' });
    await sender.send(String(sent), { address: { address, port: 5000 } });
    for (const { name, socket } of sockets) {
      while (socket.tryRecv() !== undefined) copies.set(name, (copies.get(name) ?? 0) + 1);
    }
  }
  const counts = sockets.map(({ name }) => copies.get(name) ?? 0);
  lab.note(`${datagramsSent} datagrams to ${address}`, `the sockets got ${counts.join(', ')}`, host.name);
  return readCounts(counts);
}

const datagramsSent = 32;

function readCounts(counts: readonly number[]): string {
  if (counts.every((count) => count === datagramsSent)) return 'every socket gets each';
  if (counts.at(-1) === datagramsSent) return 'the last one bound gets all';
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === datagramsSent && counts.every((count) => count > 0) ? 'one of them gets each' : counts.join(', ');
}

const datagrams = defineCase<Datagrams, string>({
  id: 'S3',
  articles: ['002'],
  title: 'UDP sockets that share a port: who gets the datagram',
  claim:
    'With SO_REUSEADDR several UDP sockets bind one multicast group and port, and each of them gets every datagram.',
  rule: 'udp_lib_lport_inuse() lets UDP sockets share if both have SO_REUSEADDR, or both have SO_REUSEPORT and the same user. __udp4_lib_mcast_deliver() copies a multicast datagram to every member; for unicast udp4_lib_lookup2() picks one: the newest of equals, or with SO_REUSEPORT one by a hash of addresses and ports.',
  advice:
    'Sharing a unicast port with SO_REUSEADDR hands every datagram to whoever bound last: use SO_REUSEPORT to spread them, and neither to be sure of getting them.',
  rows: (['multicast', 'unicast'] as const).flatMap((destination) =>
    options.map((option) => ({
      name: `${destination}, ${option}`,
      given: { option, destination },
      says: 'every socket gets each',
    })),
  ),
  run: deliver,
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

/** What is different about the second of two sockets that want one port with SO_REUSEPORT, or what is done with several. */
type Balance =
  | 'same user'
  | 'other user'
  | 'only the first'
  | 'only the second'
  | 'spread'
  | 'queue of a closed listener';

const otherUser = 65_534;

function joinGroup(host: Host, balance: Balance): string {
  const first = host.open({ name: 'first', options: { SO_REUSEPORT: balance !== 'only the second' } });
  first.bind({ address: host.A, port }).listen();
  const user = balance === 'other user' ? { uid: otherUser } : {};
  const second = host.open({ name: 'second', options: { SO_REUSEPORT: balance !== 'only the first' }, ...user });
  return outcome(() => second.bind({ address: host.A, port }).listen());
}

async function spread(host: Host): Promise<string> {
  const listeners = [0, 1, 2, 3].map((number) =>
    host.listen({ name: `listener ${number}`, address: host.A, port, options: { SO_REUSEPORT: true } }),
  );
  const connections = 64;
  for (let made = 0; made < connections; made++)
    await host.connect({ address: host.A, port }, { name: `client ${made}` });
  const counts = listeners.map(({ socket }) => {
    let count = 0;
    for (let accepted = socket.tryAccept(); accepted !== undefined; accepted = socket.tryAccept()) {
      accepted.close();
      count++;
    }
    return count;
  });
  host.look(`${connections} connections, accepted by each listener: ${counts.join(', ')}`, { state: 'LISTEN' });
  return counts.every((count) => count > 0) ? 'every listener gets some' : `one of them got none: ${counts.join(', ')}`;
}

async function closeWithQueue(host: Host): Promise<string> {
  const [left, right] = ['left', 'right'].map((name) =>
    host.listen({ name, address: host.A, port, options: { SO_REUSEPORT: true } }),
  );
  if (left === undefined || right === undefined) throw new Error('two listeners were asked for');
  const clients = [];
  // By chance a few could all hash to one listener; sixteen do so once in 32,768 runs.
  for (let made = 0; made < 16; made++)
    clients.push(await host.connect({ address: host.A, port }, { name: `client ${made}` }));
  left.close();
  const fates = new Set<string>();
  for (const client of clients)
    fates.add(client.state === 'ESTABLISHED' ? 'kept' : await outcomeAsync(() => client.recv()));
  right.close();
  return [...fates].sort().join(' or ');
}

const reusePort = defineCase<Balance, string>({
  id: 'S18',
  articles: ['002'],
  title: 'What SO_REUSEPORT is',
  claim:
    'Sockets of one user that all set SO_REUSEPORT listen on one address and port, and the kernel spreads the connections among them.',
  rule: 'inet_bind_conflict() compares the users of the sockets (sk_uid, set by socket(2)); reuseport_select_sock() hashes the four-tuple over the group. inet_csk_listen_stop() resets what waits in the queue of a closed listener, unless net.ipv4.tcp_migrate_req hands it to another member.',
  advice:
    'Use it to have several processes accept on one port. Set net.ipv4.tcp_migrate_req=1, or stop a listener only when its queue is empty, or connections are lost with it.',
  bindsBeside: true,
  rows: [
    { name: 'two sockets of the same user', given: 'same user', says: 'ok' },
    { name: 'the second of another user', given: 'other user', says: 'EADDRINUSE', needs: ['other-user'] },
    { name: 'only the first has the option', given: 'only the first', says: 'EADDRINUSE' },
    { name: 'only the second has the option', given: 'only the second', says: 'EADDRINUSE' },
    { name: '64 connections, four listeners', given: 'spread', says: 'every listener gets some' },
    {
      name: 'one of two listeners closed with connections in its queue',
      given: 'queue of a closed listener',
      says: 'kept',
    },
  ],
  async run(lab, balance) {
    const host = lab.host();
    if (balance === 'spread') return await spread(host);
    if (balance === 'queue of a closed listener') return await closeWithQueue(host);
    return joinGroup(host, balance);
  },
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

/** Several sockets on one port: SO_REUSEADDR and SO_REUSEPORT, TCP and UDP. */
export const sharingCases: readonly Case[] = [datagrams, mostSpecific, reusePort];
