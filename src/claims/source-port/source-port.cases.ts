import type { OptionValues } from '../../index.js';
import {
  alike,
  type Case,
  closeInOrder,
  defineCase,
  type Endpoint,
  type Host,
  inGrid,
  type LabSocket,
  outcome,
  outcomeAsync,
  reuse,
  type SeenRow,
  type Stage,
} from '../kit/index.js';

const sourcePort = 41_000;
const servicePorts = [7001, 7002, 7003];

/** A client host with two addresses on one link, as the articles' machine has, and a server host to connect to. */
interface Ground {
  readonly client: Host;
  readonly server: Host;
  /** The first is the one the kernel takes as source when left to choose. */
  readonly sources: {
    readonly ANY: string;
    readonly 'the first address': string;
    readonly 'the second address': string;
  };
  readonly destinations: readonly Endpoint[];
}

type Source = keyof Ground['sources'];

const secondAddress = '192.168.0.3';

function ground(stage: Stage): Ground {
  const [server, client] = stage.pair();
  client.namespace?.addAddress('eth0', `${secondAddress}/24`);
  const destinations = servicePorts.map(
    (port) => server.listen({ name: `service ${port}`, address: server.A, port }).local,
  );
  const sources = { ANY: client.ANY, 'the first address': client.A, 'the second address': secondAddress };
  return { client, server, sources, destinations };
}

/** bind and connect: `ok`, or the call that failed and its errno. */
async function connectFrom(socket: LabSocket, from: Endpoint, to: Endpoint): Promise<string> {
  const bound = outcome(() => socket.bind(from));
  if (bound !== 'ok') return `bind ${bound}`;
  const connected = await outcomeAsync(() => socket.connect(to));
  return connected === 'ok' ? 'ok' : `connect ${connected}`;
}

/** The first call of the row that failed, as `, then bind said EADDRINUSE`: where and how the kernel said no. */
function refusal({ events }: SeenRow<unknown, number>): string {
  const failed = events.find((event) => event.kind === 'call' && event.outcome?.ok === false);
  return failed?.kind === 'call' ? `, then ${failed.name} said ${failed.outcome?.errno ?? ''}` : '';
}

function countsAndRefusals<Given>(rows: readonly SeenRow<Given, number>[]): string {
  return `the client got ${alike(
    rows,
    (row) => `${row.observed} ${row.observed === 1 ? 'connection' : 'connections'}${refusal(row)}`,
    ({ name }) => name,
  )
    .map(({ outcome: got, labels }) => `${got} (${labels.join('; ')})`)
    .join(', ')}`;
}

const withAndWithout = [
  { option: 'with SO_REUSEADDR', options: reuse },
  { option: 'without the option', options: {} },
] as const;

type Ports = { readonly options: OptionValues; readonly by: 'bind to each port' | 'bind to port 0' | 'no bind' };

const range = { low: 40_000, high: 40_009 };
const rangeSize = range.high - range.low + 1;

const differentPorts = defineCase<Ports, number>({
  id: 'C14',
  articles: ['001'],
  title: 'One destination, a source port for each connection',
  claim:
    'A client on the wildcard can have as many connections to one destination as it has source ports, with the option or without.',
  rule: '__inet_check_established() compares four-tuples, and here only the source port can differ. ip_local_port_range limits what the kernel chooses, not what bind() names.',
  advice:
    'More connections to one destination take more source addresses, or more ports or addresses on the other side.',
  rows: withAndWithout.flatMap(({ option, options }) =>
    (['bind to each port', 'bind to port 0', 'no bind'] as const).map((by) => ({
      name: `${option}, ${by}`,
      given: { options, by },
      says: rangeSize,
    })),
  ),
  async run(stage, { options, by }) {
    const { client, destinations } = ground(stage);
    client.setSysctl('net.ipv4.ip_local_port_range', `${range.low} ${range.high}`);
    const [to] = destinations;
    if (to === undefined) throw new Error('there is no destination');
    // One more than there are ports: the last one has to ask for a port that is taken.
    for (let made = 0; made <= rangeSize; made++) {
      const socket = client.open({ name: `client ${made + 1}`, options });
      const port = by === 'bind to each port' ? range.low + (made % rangeSize) : 0;
      const said =
        by === 'no bind'
          ? await outcomeAsync(() => socket.connect(to))
          : await connectFrom(socket, { address: client.ANY, port }, to);
      if (said !== 'ok') return made;
    }
    return rangeSize + 1;
  },
  because: (rows) => `with ${rangeSize} source ports ${countsAndRefusals(rows)}`,
});

const samePort = defineCase<OptionValues, number>({
  id: 'C15',
  articles: ['001'],
  title: 'One destination, one source port',
  claim:
    'From the wildcard and one source port a client can have one connection to a destination, with the option or without.',
  rule: 'Without the option inet_bind_conflict() ends it at bind. With it __inet_check_established() finds the four-tuple taken, and says EADDRNOTAVAIL; connect(2) lists EADDRINUSE for that.',
  advice:
    'A client that has to come from one port has one connection to each peer: look for EADDRNOTAVAIL of connect(), not only for EADDRINUSE of bind().',
  rows: withAndWithout.map(({ option, options }) => ({ name: option, given: options, says: 1 })),
  async run(stage, options) {
    const { client, destinations } = ground(stage);
    return await countConnections(
      client,
      options,
      destinations.slice(0, 1).flatMap((to) => [to, to, to].map((same) => ({ from: client.ANY, to: same }))),
    );
  },
  because: countsAndRefusals,
});

/** Connects from one port along each route in turn; returns how many connections stand. */
async function countConnections(
  client: Host,
  options: OptionValues,
  routes: readonly { from: string; to: Endpoint }[],
): Promise<number> {
  let count = 0;
  for (const [index, { from, to }] of routes.entries()) {
    const socket = client.open({ name: `client ${index + 1}`, options });
    if ((await connectFrom(socket, { address: from, port: sourcePort }, to)) === 'ok') count++;
  }
  client.look('from one source port', { localPort: sourcePort, state: 'ESTABLISHED' });
  return count;
}

/** A source, and the number of the destination it connects to. */
type Route = readonly [Source, 0 | 1 | 2];

interface Combination {
  readonly name: string;
  readonly routes: readonly Route[];
  /** How many of them stand, by the article. */
  readonly says: { readonly with: number; readonly without: number };
}

const combinations: readonly Combination[] = [
  {
    name: 'ANY to three destinations',
    routes: [
      ['ANY', 0],
      ['ANY', 1],
      ['ANY', 2],
    ],
    says: { with: 3, without: 1 },
  },
  {
    name: 'ANY to the first destination, both named addresses to the second',
    routes: [
      ['ANY', 0],
      ['the first address', 1],
      ['the second address', 1],
    ],
    says: { with: 3, without: 1 },
  },
  {
    name: 'ANY and the first address to one destination',
    routes: [
      ['ANY', 0],
      ['the first address', 0],
    ],
    says: { with: 1, without: 1 },
  },
  {
    name: 'ANY and the second address to one destination',
    routes: [
      ['ANY', 0],
      ['the second address', 0],
    ],
    says: { with: 1, without: 1 },
  },
];

interface OnePort {
  readonly combination: string;
  readonly option: string;
  readonly routes: readonly Route[];
  readonly options: OptionValues;
}

const severalDestinations = defineCase<OnePort, number>({
  id: 'C16',
  articles: ['001'],
  title: 'One source port, several destinations',
  claim:
    'With the option one source port serves any number of destinations, also from named local addresses, but not one destination from the wildcard and from named addresses; without the option it serves one.',
  rule: 'connect() turns the wildcard into the source address of the route (inet_bhash2_update_saddr()), and from then on only that address is in the way of a bind. Connections need different four-tuples, and another source address is enough of a difference.',
  advice:
    'Count four-tuples: wildcard or not at bind makes no difference once connected. With IP_BIND_ADDRESS_NO_PORT the kernel shares the ports it chooses among destinations, without SO_REUSEADDR.',
  rows: combinations.flatMap(({ name, routes, says }) =>
    withAndWithout.map(({ option, options }) => ({
      name: `${option}, ${name}`,
      given: { combination: name, option, routes, options },
      says: options === reuse ? says.with : says.without,
    })),
  ),
  async run(stage, { routes, options }) {
    const { client, sources, destinations } = ground(stage);
    const ways = routes.flatMap(([source, number]) =>
      destinations.slice(number, number + 1).map((to) => ({ from: sources[source], to })),
    );
    return await countConnections(client, options, ways);
  },
  because: (rows) =>
    withAndWithout
      .map(({ option }) => {
        const counts = alike(
          rows.filter(({ given }) => given.option === option),
          (row) => `${row.observed} of ${row.given.routes.length} connections${refusal(row)}`,
          ({ given }) => given.combination,
        );
        return `${option} there stood ${counts.map(({ outcome: count, labels }) => `${count} (${labels.join('; ')})`).join(', ')}`;
      })
      .join('; '),
});

type When = 'before bind' | 'after bind' | 'after connect';

interface Timing {
  readonly first: When;
  readonly second: When;
}

const whenToSet = defineCase<Timing, string>({
  id: 'C17',
  articles: ['001'],
  title: 'When a client has to set SO_REUSEADDR',
  claim: 'A client that binds before it connects has to set SO_REUSEADDR before bind.',
  rule: 'setsockopt(SO_REUSEADDR) writes sk_reuse and nothing else; inet_bind_conflict() reads it of both sockets when the second one is bound. So the second has to have it by then, and the first may have got it since.',
  advice:
    'Set it before bind, on every socket. That a later setting still opens the port for others is how this kernel works, not what any manual promises.',
  bindsBeside: true,
  rows: (['before bind', 'after bind', 'after connect'] as const).flatMap((first) =>
    (['before bind', 'after bind'] as const).map((second) => ({
      ...inGrid(`the first socket sets it ${first}`, `the second ${second}`),
      given: { first, second },
      says: first === 'before bind' && second === 'before bind' ? 'ok' : 'bind EADDRINUSE',
    })),
  ),
  async run(stage, { first, second }) {
    const { client, destinations } = ground(stage);
    const [one, two] = destinations;
    if (one === undefined || two === undefined) throw new Error('two destinations are needed');
    const from = { address: client.ANY, port: sourcePort };
    await bindAndConnect(client.open({ name: 'first' }), from, one, first);
    return await bindAndConnect(client.open({ name: 'second' }), from, two, second);
  },
  because: (rows) =>
    `the second socket got ${alike(
      rows,
      ({ observed, given }) => `${observed} where it set the option ${given.second}`,
      ({ given }) => given.first,
    )
      .map(({ outcome: said, labels }) => `${said} and the first one ${labels.join(' or ')}`)
      .join('; it got ')}`,
});

async function bindAndConnect(socket: LabSocket, from: Endpoint, to: Endpoint, set: When): Promise<string> {
  const setIf = (now: When): void => void (set === now && socket.setOption('SO_REUSEADDR', true));
  setIf('before bind');
  const bound = outcome(() => socket.bind(from));
  if (bound !== 'ok') return `bind ${bound}`;
  setIf('after bind');
  const connected = await outcomeAsync(() => socket.connect(to));
  setIf('after connect');
  return connected === 'ok' ? 'ok' : `connect ${connected}`;
}

interface Reconnecting {
  /** 0 leaves the port to the system. */
  readonly port: number;
  readonly options: OptionValues;
  /** Connections made and closed before the one that counts. */
  readonly before: number;
  /** Ports in the ephemeral range. */
  readonly ports: number;
}

type Reconnected = { readonly result: string; readonly fourTuple: 'new' | 'used before' | 'none' };

const leftToTheSystem = defineCase<Reconnecting, Reconnected>({
  id: 'C21',
  articles: ['001'],
  title: 'Leaving the source port to the system',
  claim:
    'A client that leaves the source port to the system has no trouble with its own connections in TIME_WAIT: it gets another four-tuple.',
  rule: '__inet_hash_connect() passes over a port whose four-tuple is in TIME_WAIT, unless net.ipv4.tcp_tw_reuse allows it (tcp_twsk_unique()). For a port that bind() named, timestamps alone are enough to take the four-tuple over at once.',
  advice:
    'Leave the port to the system, and keep connections open: more than about 470 a second to one destination use up the default range, 32768 to 60999, before the first TIME_WAIT has ended.',
  // The fixed ports are the other side of it, and not what the claim is about.
  rows: [
    {
      name: 'the port left to the system',
      given: { port: 0, options: {}, before: 8, ports: 1000 },
      says: { result: 'ok', fourTuple: 'new' as const },
    },
    {
      name: 'the port left to the system, and all of its ports in TIME_WAIT',
      given: { port: 0, options: {}, before: 8, ports: 8 },
      says: { result: 'ok', fourTuple: 'new' as const },
    },
    {
      name: 'a fixed port, without the option',
      given: { port: sourcePort, options: {}, before: 1, ports: 1000 },
    },
    {
      name: 'a fixed port, with SO_REUSEADDR',
      given: { port: sourcePort, options: reuse, before: 1, ports: 1000 },
    },
  ],
  async run(stage, given) {
    const { client, server } = ground(stage);
    client.setSysctl('net.ipv4.ip_local_port_range', `${range.low} ${range.low + given.ports - 1}`);
    return await reconnect(client, server, given);
  },
  because: (rows) =>
    rows
      .map(({ name, observed: { result, fourTuple } }) => {
        const [call, code] = result.split(' ');
        return `with ${name}, ${code === undefined ? `the four-tuple of the connection ${fourTuple === 'new' ? 'is new' : 'was used before'}` : `${call} says ${code}`}`;
      })
      .join('; '),
});

/** Connects and closes first, again and again, then once more. */
async function reconnect(client: Host, server: Host, { port, options, before }: Reconnecting): Promise<Reconnected> {
  const listener = server.listen({ address: server.A, port: 80 });
  const used = new Set<number>();
  for (let made = 0; ; made++) {
    const socket = client.open({ name: `client ${made + 1}`, options });
    const to = listener.local;
    const connected =
      port === 0 ? outcomeAsync(() => socket.connect(to)) : connectFrom(socket, { address: client.ANY, port }, to);
    const said = await connected;
    const result = said.startsWith('E') ? `connect ${said}` : said;
    if (said !== 'ok') return { result, fourTuple: 'none' };
    if (made === before) return { result, fourTuple: used.has(socket.local.port) ? 'used before' : 'new' };
    used.add(socket.local.port);
    await closeInOrder(socket, await listener.accept(`server ${made + 1}`));
  }
}

/** What a client can do with one source port, and with many. */
export const sourcePortCases: readonly Case[] = [
  differentPorts,
  samePort,
  severalDestinations,
  whenToSet,
  leftToTheSystem,
];
