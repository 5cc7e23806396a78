import { type OptionValues, TimeoutError } from '../../index.js';
import {
  type Case,
  codeOf,
  defineCase,
  type Endpoint,
  type Host,
  inGrid,
  type LabSocket,
  outcome,
  reuse,
  type Stage,
  sharedAdvice,
} from '../kit/index.js';

export const sourcePort = 41_000;
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

export function ground(stage: Stage): Ground {
  const [server, client] = stage.pair();
  client.namespace?.addAddress('eth0', `${secondAddress}/24`);
  const destinations = servicePorts.map(
    (port) => server.listen({ name: `service ${port}`, address: server.A, port }).local,
  );
  const sources = { ANY: client.ANY, 'the first address': client.A, 'the second address': secondAddress };
  return { client, server, sources, destinations };
}

/** What the kernel says to connect(2). Where it says nothing in time, that is no answer about ports. */
async function connectedTo(socket: LabSocket, to: Endpoint): Promise<string> {
  try {
    await socket.connect(to);
    return 'ok';
  } catch (error) {
    if (error instanceof TimeoutError) throw error;
    return codeOf(error);
  }
}

/** bind, if there is something to bind to, and connect: `ok`, or the call that failed and its errno. */
export async function connectFrom(socket: LabSocket, from: Endpoint | undefined, to: Endpoint): Promise<string> {
  const bound = from === undefined ? 'ok' : outcome(() => socket.bind(from));
  if (bound !== 'ok') return `bind ${bound}`;
  const connected = await connectedTo(socket, to);
  return connected === 'ok' ? 'ok' : `connect ${connected}`;
}

/** Connections that stand, and the first call that failed with its errno. */
type Count = { readonly connections: number; readonly then: string };

const nothingFailed = 'nothing failed';

const withAndWithout = [
  { option: 'with SO_REUSEADDR', options: reuse },
  { option: 'without the option', options: {} },
] as const;

type Ports = {
  readonly options: OptionValues;
  readonly by: 'bind to each port' | 'bind to port 0' | 'no bind' | 'default range' | 'widest range';
};

export const range = { low: 40_000, high: 40_009 };
const rangeSize = range.high - range.low + 1;

const widest = { low: 1, high: 65_535 };

/** Ports the kernel has to choose from: by default, or where the range is set as wide as it can be. */
function portsOf(host: Host, by: 'default range' | 'widest range'): number {
  if (by === 'widest range') {
    // The range may not begin below it (ipv4_local_port_range()).
    host.setSysctl('net.ipv4.ip_unprivileged_port_start', widest.low);
    host.setSysctl('net.ipv4.ip_local_port_range', `${widest.low} ${widest.high}`);
  }
  const [low = 0, high = 0] = host.sysctl('net.ipv4.ip_local_port_range').trim().split(/\s+/).map(Number);
  host.note('net.ipv4.ip_local_port_range', `${low} to ${high}, ${high - low + 1} ports`);
  return high - low + 1;
}

/** As the article counts: 64K. */
function inK(ports: number): string {
  return `${Math.round(ports / 1024)}K`;
}

const differentPorts = defineCase<Ports, Count | string>({
  id: 'C14',
  articles: ['001'],
  title: 'One destination, a source port for each connection',
  claim:
    'A client on the wildcard can have as many connections to one destination as it has source ports, 64K, with the option or without.',
  rules: ['four-tuple-free', 'no-port-left-for-bind', 'no-port-left-for-connect'],
  advice: sharedAdvice.C14,
  labels: { connections: 'connections', then: 'then' },
  rows: [
    ...withAndWithout.flatMap(({ option, options }) =>
      (['bind to each port', 'bind to port 0', 'no bind'] as const).map((by) => ({
        name: `${option}, ${by}`,
        given: { options, by },
        says: { connections: rangeSize },
      })),
    ),
    { name: 'ports in the default range', given: { options: {}, by: 'default range' as const }, says: '64K' },
    { name: 'ports in the widest range', given: { options: {}, by: 'widest range' as const }, says: '64K' },
  ],
  async run(stage, { options, by }) {
    const { client, destinations } = ground(stage);
    if (by === 'default range' || by === 'widest range') return inK(portsOf(client, by));
    client.setSysctl('net.ipv4.ip_local_port_range', `${range.low} ${range.high}`);
    const [to] = destinations;
    if (to === undefined) throw new Error('there is no destination');
    // One more than there are ports: the last one has to ask for a port that is taken.
    for (let made = 0; made <= rangeSize; made++) {
      const socket = client.open({ name: `client ${made + 1}`, options });
      const port = by === 'bind to each port' ? range.low + (made % rangeSize) : 0;
      const then = await connectFrom(socket, by === 'no bind' ? undefined : { address: client.ANY, port }, to);
      if (then !== 'ok') return { connections: made, then };
    }
    return { connections: rangeSize + 1, then: nothingFailed };
  },
  laws: [
    {
      text: `With ${rangeSize} source ports the client gets ${rangeSize} connections to one destination, with SO_REUSEADDR or without. The next one fails: in bind() with EADDRINUSE, or in connect() with EADDRNOTAVAIL. By default the kernel has 28,232 ports to choose from, at most 65,535.`,
      rows: ({ options, by }) => {
        if (by === 'default range') return '28K';
        if (by === 'widest range') return '64K';
        const byConnect = by === 'no bind' || (by === 'bind to each port' && options === reuse);
        return { connections: rangeSize, then: byConnect ? 'connect EADDRNOTAVAIL' : 'bind EADDRINUSE' };
      },
    },
  ],
});

const samePort = defineCase<OptionValues, Count>({
  id: 'C15',
  articles: ['001'],
  title: 'One destination, one source port',
  claim:
    'From the wildcard and one source port a client can have one connection to a destination, with the option or without.',
  rules: ['four-tuple-taken', 'held-by-connection'],
  advice:
    'Plan one connection to each peer if a client has to come from one port. Look for EADDRNOTAVAIL of connect(), not only for EADDRINUSE of bind().',
  labels: { connections: 'connections', then: 'then' },
  rows: withAndWithout.map(({ option, options }) => ({ name: option, given: options, says: { connections: 1 } })),
  async run(stage, options) {
    const { client, destinations } = ground(stage);
    return await countConnections(
      client,
      options,
      destinations.slice(0, 1).flatMap((to) => [to, to, to].map((same) => ({ from: client.ANY, to: same }))),
    );
  },
  laws: [
    {
      text: 'One source port gives one connection to a destination. The second fails: with SO_REUSEADDR in connect() with EADDRNOTAVAIL, without it in bind() with EADDRINUSE.',
      rows: (options) => ({ connections: 1, then: options === reuse ? 'connect EADDRNOTAVAIL' : 'bind EADDRINUSE' }),
    },
  ],
});

/** Connects from one port along each route in turn. */
async function countConnections(
  client: Host,
  options: OptionValues,
  routes: readonly { from: string; to: Endpoint }[],
): Promise<Count> {
  const failures: string[] = [];
  for (const [index, { from, to }] of routes.entries()) {
    const socket = client.open({ name: `client ${index + 1}`, options });
    const said = await connectFrom(socket, { address: from, port: sourcePort }, to);
    if (said !== 'ok') failures.push(said);
  }
  client.look('from one source port', { localPort: sourcePort, state: 'ESTABLISHED' });
  return { connections: routes.length - failures.length, then: failures[0] ?? nothingFailed };
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

const severalDestinations = defineCase<OnePort, Count>({
  id: 'C16',
  articles: ['001'],
  title: 'One source port, several destinations',
  claim:
    'With the option one source port serves any number of destinations, also from named local addresses, but not one destination from the wildcard and from named addresses; without the option it serves one.',
  rules: ['four-tuple-free', 'source-by-route', 'held-by-connection', 'four-tuple-taken'],
  advice:
    'Count four-tuples: once connected it makes no difference whether bind() was given the wildcard. To share source ports among destinations without SO_REUSEADDR, set IP_BIND_ADDRESS_NO_PORT and let connect() choose them.',
  labels: { connections: 'connections', then: 'then' },
  rows: combinations.flatMap(({ name, routes, says }) =>
    withAndWithout.map(({ option, options }) => ({
      name: `${option}, ${name}`,
      given: { combination: name, option, routes, options },
      says: { connections: options === reuse ? says.with : says.without },
    })),
  ),
  async run(stage, { routes, options }) {
    const { client, sources, destinations } = ground(stage);
    const ways = routes.flatMap(([source, number]) =>
      destinations.slice(number, number + 1).map((to) => ({ from: sources[source], to })),
    );
    return await countConnections(client, options, ways);
  },
  laws: [
    {
      text: 'With SO_REUSEADDR every different four-tuple connects. Without it bind() stops the second connection, unless connect() has already given the first socket a different address.',
      rows: {
        'with SO_REUSEADDR, ANY to three destinations': { connections: 3, then: nothingFailed },
        'without the option, ANY to three destinations': { connections: 1, then: 'bind EADDRINUSE' },
        'with SO_REUSEADDR, ANY to the first destination, both named addresses to the second': {
          connections: 3,
          then: nothingFailed,
        },
        'without the option, ANY to the first destination, both named addresses to the second': {
          connections: 2,
          then: 'bind EADDRINUSE',
        },
        'with SO_REUSEADDR, ANY and the first address to one destination': {
          connections: 1,
          then: 'connect EADDRNOTAVAIL',
        },
        'without the option, ANY and the first address to one destination': { connections: 1, then: 'bind EADDRINUSE' },
        'with SO_REUSEADDR, ANY and the second address to one destination': { connections: 2, then: nothingFailed },
        'without the option, ANY and the second address to one destination': { connections: 2, then: nothingFailed },
      },
    },
  ],
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
  rules: ['option-read-at-later-bind', 'reuseaddr-shared'],
  advice:
    'Set it before bind(), on every socket. Do not rely on a later setting: no manual promises that it opens the port for others.',
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
  laws: [
    {
      text: 'The second socket must set SO_REUSEADDR before its own bind(). It does not matter when the first socket set it, as long as it has it by then.',
      rows: ({ second }) => (second === 'before bind' ? 'ok' : 'bind EADDRINUSE'),
    },
    {
      text: 'Both sockets must set SO_REUSEADDR before their bind().',
      rows: ({ first, second }) => (first === 'before bind' && second === 'before bind' ? 'ok' : 'bind EADDRINUSE'),
    },
  ],
});

async function bindAndConnect(socket: LabSocket, from: Endpoint, to: Endpoint, set: When): Promise<string> {
  const setIf = (now: When): void => void (set === now && socket.setOption('SO_REUSEADDR', true));
  setIf('before bind');
  const bound = outcome(() => socket.bind(from));
  if (bound !== 'ok') return `bind ${bound}`;
  setIf('after bind');
  const connected = await connectedTo(socket, to);
  setIf('after connect');
  return connected === 'ok' ? 'ok' : `connect ${connected}`;
}

/** What a client can do with one source port, and with many. */
export const sourcePortCases: readonly Case[] = [differentPorts, samePort, severalDestinations, whenToSet];
