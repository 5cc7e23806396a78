import {
  type Case,
  type CaseRow,
  comesTrue,
  connectionStates,
  defineCase,
  type Ground,
  groundOf,
  openOn,
  type Host,
  type LabSocket,
  outcome,
  outcomeAsync,
  type Stage,
} from '../kit/index.js';

type AddressName = 'ANY' | 'A' | 'B';
type Kind = 'stream' | 'dgram';
type ReuseOption = 'SO_REUSEADDR' | 'SO_REUSEPORT';

const port = 80;

interface Sharing {
  readonly kind: Kind;
  readonly option: ReuseOption;
  readonly order: readonly AddressName[];
}

/** Opens a server for each place in order; those whose bind or listen failed are not among the result. */
function startServers(ground: Ground, { kind, option, order }: Sharing): LabSocket[] {
  return order.flatMap((place) => {
    const server = openOn(ground, { name: place, type: kind, option });
    const started = outcome(() => {
      server.bind({ address: ground.address[place], port });
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
async function whoGets(ground: Ground, servers: readonly LabSocket[], address: string, kind: Kind): Promise<string> {
  const client = openOn(ground, { name: `client of ${address}`, type: kind });
  // A connection is refused at once; a datagram is lost without a word.
  if ((await outcomeAsync(() => client.connect({ address, port }))) !== 'ok') return 'nobody';
  if (kind === 'dgram') await client.send('who?');
  let winner = 'nobody';
  await comesTrue(() => {
    winner = servers.find((server) => takes(server, kind))?.name ?? 'nobody';
    return winner !== 'nobody';
  }, `a server that gets what goes to ${address}`);
  const sockets = kind === 'stream' ? { state: connectionStates } : { protocol: 'udp' as const };
  ground.host.look(`who received what was sent to ${address}: ${winner}`, { ...sockets, localPort: port });
  return winner;
}

/** Which servers run, and which of them gets what goes to A, to B and to another address. */
type Served = {
  readonly running: readonly string[];
  readonly A: string;
  readonly B: string;
  readonly elsewhere: string;
};

/** The three servers, and clients of each address. */
export async function shareOn(ground: Ground, given: Sharing): Promise<Served> {
  const { address, family } = ground;
  const servers = startServers(ground, given);
  const gets = (to: string): Promise<string> => whoGets(ground, servers, to, given.kind);
  const running = places.filter((place) => servers.some(({ name }) => name === place));
  const elsewhere = family === 'IPv4' ? '127.0.0.1' : '::1';
  return { running, A: await gets(address.A), B: await gets(address.B), elsewhere: await gets(elsewhere) };
}

const places = ['ANY', 'A', 'B'] as const;
const orders: readonly (readonly AddressName[])[] = places.flatMap((first) =>
  places.flatMap((second) =>
    places.filter((third) => new Set([first, second, third]).size === 3).map((third) => [first, second, third]),
  ),
);
const kinds: readonly { kind: Kind; name: string }[] = [
  { kind: 'stream', name: 'TCP' },
  { kind: 'dgram', name: 'UDP' },
];
const options: readonly ReuseOption[] = ['SO_REUSEADDR', 'SO_REUSEPORT'];

const wanted: Served = { running: places, A: 'A', B: 'B', elsewhere: 'ANY' };

/** What is served where whoever listens first keeps out all that overlap with it. */
function firstWins([first]: readonly AddressName[]): Served {
  if (first === 'ANY') return { running: ['ANY'], A: 'ANY', B: 'ANY', elsewhere: 'ANY' };
  return { running: ['A', 'B'], A: 'A', B: 'B', elsewhere: 'nobody' };
}

/** The rows of S13, for another family too. */
export const sharingRows: readonly CaseRow<Sharing, Served>[] = kinds.flatMap(({ kind, name }) =>
  options.flatMap((option) =>
    orders.map((order) => ({
      name: `${name}, ${option}, ${order.join(' then ')}`,
      given: { kind, option, order },
      // The article has HTTP servers, with SO_REUSEADDR.
      ...(kind === 'stream' && option === 'SO_REUSEADDR' ? { says: wanted } : {}),
    })),
  ),
);

const mostSpecific = defineCase<Sharing, Served>({
  id: 'S13',
  articles: ['002'],
  title: 'Three servers on one port, the most specific address wins',
  claim:
    'With SO_REUSEADDR three TCP servers, one on the wildcard and one on each of two addresses, run side by side on one port, and a connection goes to the most specific of them.',
  rules: ['held-by-listener', 'reuseport-shared', 'most-specific-wins'],
  advice:
    'Set SO_REUSEPORT on all three, and run them as one user. For UDP SO_REUSEADDR works as well, but then any other process that sets it can take your datagrams.',
  labels: { running: 'started', A: 'traffic to A', B: 'traffic to B', elsewhere: 'other traffic' },
  rows: sharingRows,
  run: async (stage, given) => shareOn(await groundOf(stage, 'IPv4', 'host'), given),
  laws: [
    {
      text: 'With SO_REUSEADDR a TCP server on ANY and one on A or B exclude each other: the first to listen wins. With SO_REUSEPORT all three run, and the most specific address gets the traffic. UDP sockets run side by side with either option.',
      rows: ({ kind, option, order }) => (kind === 'stream' && option === 'SO_REUSEADDR' ? firstWins(order) : wanted),
    },
    {
      text: 'All three servers run side by side with either option, and the most specific address gets the traffic.',
      rows: () => wanted,
    },
  ],
});

interface Datagrams {
  readonly option: ReuseOption;
  readonly destination: 'multicast' | 'unicast';
}

const group = '239.1.2.3';

/** Three UDP sockets on one port; returns which of them got the datagrams sent there. */
async function deliver(stage: Stage, { option, destination }: Datagrams): Promise<string> {
  const host = stage.alone();
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
  /** Whether any had something. */
  const take = (): boolean => {
    const before = [...copies.values()].join();
    for (const { name, socket } of sockets)
      while (socket.tryRecv() !== undefined) copies.set(name, (copies.get(name) ?? 0) + 1);
    return [...copies.values()].join() !== before;
  };
  for (let sent = 0; sent < datagramsSent; sent++) {
    // A new source port each time, since SO_REUSEPORT chooses by a hash that it is part of.
    const sender = host.open({ name: `sender ${sent}`, type: 'dgram' });
    await sender.send(String(sent), { address: { address, port: 5000 } });
    // Where the machine is busy, a thread of the kernel brings it (ksoftirqd), a moment after the send.
    await comesTrue(take, `datagram ${sent}`);
  }
  const counts = sockets.map(({ name }) => copies.get(name) ?? 0);
  stage.note(`${datagramsSent} datagrams to ${address}`, `the sockets got ${counts.join(', ')}`, host.name);
  return readCounts(counts);
}

const datagramsSent = 32;

function readCounts(counts: readonly number[]): string {
  if (counts.every((count) => count === datagramsSent)) return 'every socket gets each';
  if (counts.at(-1) === datagramsSent) return 'the last one bound gets each';
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === datagramsSent && counts.every((count) => count > 0)
    ? 'each goes to one socket and all sockets get some'
    : counts.join(', ');
}

const datagrams = defineCase<Datagrams, string>({
  id: 'S3',
  articles: ['002'],
  title: 'UDP sockets that share a port: who gets the datagram',
  claim:
    'With SO_REUSEADDR several UDP sockets bind one multicast group and port, and each of them gets every datagram.',
  rules: ['multicast-copied', 'udp-newest-wins', 'udp-reuseaddr-shared', 'reuseport-shared'],
  advice:
    'Use SO_REUSEADDR for multicast. To spread unicast datagrams over sockets set SO_REUSEPORT; to be sure of getting them all set neither.',
  rows: (['multicast', 'unicast'] as const).flatMap((destination) =>
    options.map((option) => ({
      name: `${destination}, ${option}`,
      given: { option, destination },
      ...(destination === 'multicast' && option === 'SO_REUSEADDR' ? { says: 'every socket gets each' } : {}),
    })),
  ),
  run: deliver,
  laws: [
    {
      text: 'Every socket gets each multicast datagram. A unicast datagram goes to one socket only: with SO_REUSEADDR to the one bound last, with SO_REUSEPORT to one chosen by a hash.',
      rows: ({ option, destination }) =>
        destination === 'multicast'
          ? 'every socket gets each'
          : option === 'SO_REUSEADDR'
            ? 'the last one bound gets each'
            : 'each goes to one socket and all sockets get some',
    },
  ],
});

/** What is different about the second of two sockets that want one port with SO_REUSEPORT, or what is done with several. */
type Balance =
  | 'same user'
  | 'other user'
  | 'only the first'
  | 'only the second'
  | 'spread'
  | 'queue of a closed listener'
  | 'queue of a closed listener, tcp_migrate_req=1';

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
  const counts = listeners.map(acceptAll);
  host.look(`${connections} connections, accepted by each listener: ${counts.join(', ')}`, { state: 'LISTEN' });
  return counts.every((count) => count > 0) ? 'every listener gets some' : `one of them got none: ${counts.join(', ')}`;
}

/** Accepts what waits, and tells how many there were. */
function acceptAll({ socket }: LabSocket): number {
  let count = 0;
  for (let accepted = socket.tryAccept(); accepted !== undefined; accepted = socket.tryAccept()) {
    accepted.close();
    count++;
  }
  return count;
}

async function closeWithQueue(host: Host): Promise<string> {
  const [left, right] = ['left', 'right'].map((name) =>
    host.listen({ name, address: host.A, port, options: { SO_REUSEPORT: true } }),
  );
  if (left === undefined || right === undefined) throw new Error('two listeners were asked for');
  const clients = [];
  // By chance a few could all hash to one listener; all of 32 do so once in two thousand million runs.
  for (let made = 0; made < 32; made++)
    clients.push(await host.connect({ address: host.A, port }, { name: `client ${made}` }));
  left.close();
  const kept = clients.filter((client) => client.state === 'ESTABLISHED');
  const lost = new Set<string>();
  for (const client of clients) if (!kept.includes(client)) lost.add(await outcomeAsync(() => client.recv()));
  const accepted = acceptAll(right);
  host.look(`${kept.length} of ${clients.length} connections are kept, the other listener accepts ${accepted}`, {
    port,
  });
  if (lost.size === 0) return 'every connection is kept';
  return `${[...lost].sort().join(' or ')} for ${kept.length === accepted ? 'those in its queue' : 'some connections'}`;
}

const reusePort = defineCase<Balance, string>({
  id: 'S18',
  articles: ['002'],
  title: 'What SO_REUSEPORT is',
  claim:
    'Sockets of one user that all set SO_REUSEPORT listen on one address and port, and the kernel spreads the connections among them.',
  rules: ['reuseport-shared', 'reuseport-other-user', 'reuseport-hash', 'queue-dies-with-listener'],
  advice:
    'Use it to let several processes of one user accept on one port. Set net.ipv4.tcp_migrate_req=1 before one of them stops its listener: otherwise the connections in its queue are reset.',
  bindsBeside: true,
  rows: [
    { name: 'two sockets of the same user', given: 'same user', says: 'ok' },
    { name: 'the second of another user', given: 'other user', says: 'EADDRINUSE', needs: ['other-user'] },
    { name: 'only the first has the option', given: 'only the first', says: 'EADDRINUSE' },
    { name: 'only the second has the option', given: 'only the second', says: 'EADDRINUSE' },
    // The rest is what the group does.
    ...[
      {
        name: '64 connections, four listeners',
        given: 'spread' as const,
        says: 'every listener gets some',
      },
      // Of the queue of a closed one the article says nothing.
      {
        name: 'one of two listeners closed with connections in its queue',
        given: 'queue of a closed listener' as const,
      },
      {
        name: 'the same with tcp_migrate_req=1',
        given: 'queue of a closed listener, tcp_migrate_req=1' as const,
      },
    ].map((row) => ({ ...row, bindsBeside: false as const })),
  ],
  async run(stage, balance) {
    const host = stage.alone();
    if (balance === 'spread') return await spread(host);
    if (balance === 'queue of a closed listener') return await closeWithQueue(host);
    if (balance === 'queue of a closed listener, tcp_migrate_req=1') {
      const settable = outcome(() => host.setSysctl('net.ipv4.tcp_migrate_req', 1)) === 'ok';
      return settable ? await closeWithQueue(host) : 'this kernel has no tcp_migrate_req';
    }
    return joinGroup(host, balance);
  },
  laws: [
    {
      text: 'Sockets of one user that all have SO_REUSEPORT share a port, and each listener gets a part of the connections. A listener that closes resets the connections in its queue, unless tcp_migrate_req is 1.',
      rows: {
        'two sockets of the same user': 'ok',
        'the second of another user': 'EADDRINUSE',
        'only the first has the option': 'EADDRINUSE',
        'only the second has the option': 'EADDRINUSE',
        '64 connections, four listeners': 'every listener gets some',
        'one of two listeners closed with connections in its queue': 'ECONNRESET for those in its queue',
        'the same with tcp_migrate_req=1': 'every connection is kept',
      },
    },
    {
      text: 'Sockets of one user that all have SO_REUSEPORT share a port, and each listener gets a part of the connections. A listener that closes resets the connections in its queue.',
      rows: {
        'two sockets of the same user': 'ok',
        'the second of another user': 'EADDRINUSE',
        'only the first has the option': 'EADDRINUSE',
        'only the second has the option': 'EADDRINUSE',
        '64 connections, four listeners': 'every listener gets some',
        'one of two listeners closed with connections in its queue': 'ECONNRESET for those in its queue',
        'the same with tcp_migrate_req=1': 'this kernel has no tcp_migrate_req',
      },
    },
  ],
});

/** Several sockets on one port: SO_REUSEADDR and SO_REUSEPORT, TCP and UDP. */
export const sharingCases: readonly Case[] = [datagrams, mostSpecific, reusePort];
