import { type Case, defineCase, outcome, outcomeAsync, type Stage } from '../kit/index.js';

interface Unbound {
  readonly type: 'stream' | 'dgram';
  /** What the second destination differs in. */
  readonly differs: 'port' | 'address';
  readonly firstIsBound?: true;
}

const settings: Readonly<Record<string, Unbound>> = {
  'TCP, two ports of one server': { type: 'stream', differs: 'port' },
  'TCP, two addresses': { type: 'stream', differs: 'address' },
  'TCP, the first was bound before': { type: 'stream', differs: 'port', firstIsBound: true },
  'UDP, two ports of one server': { type: 'dgram', differs: 'port' },
};

interface Shared {
  readonly [what: string]: string | number;
  readonly connections: number;
  /** What the second connect() said. */
  readonly second: string;
}

/** The only port of the ephemeral range, so that two connections have it in common or there is one. */
const onlyPort = 40_000;

/** Two sockets without bind() connect to two destinations. Returns how many of them stand. */
async function twoDestinations(stage: Stage, { type, differs, firstIsBound }: Unbound): Promise<Shared> {
  const host = stage.alone();
  host.setSysctl('net.ipv4.ip_local_port_range', `${onlyPort} ${onlyPort}`);
  const places = [
    { address: host.A, port: 7001 },
    differs === 'address' ? { address: host.B, port: 7001 } : { address: host.A, port: 7002 },
  ];
  for (const place of places) {
    const server = host.open({ name: `server on ${place.address}:${place.port}`, type }).bind(place);
    if (type === 'stream') server.listen();
  }
  const results: string[] = [];
  for (const [index, place] of places.entries()) {
    const socket = host.open({ name: `client ${index + 1}`, type });
    if (index === 0 && firstIsBound) outcome(() => socket.bind({ address: host.ANY, port: onlyPort }));
    results.push(await outcomeAsync(() => socket.connect(place)));
  }
  host.look('from the only port', { protocol: type === 'stream' ? 'tcp' : 'udp', localPort: onlyPort });
  return { connections: results.filter((result) => result === 'ok').length, second: results[1] ?? 'none' };
}

const withoutBind = defineCase<Unbound, Shared>({
  id: 'C23',
  articles: ['001'],
  title: 'One source port without bind(): how many connections',
  claim:
    'Without bind-before-connect a source port serves one connection only; with SO_REUSEADDR set before bind() several can share it.',
  rules: ['four-tuple-free', 'no-port-left-for-connect', 'no-udp-port-left'],
  advice:
    'Do not bind before you connect to get more connections: connect() alone already shares each source port among destinations, and a bind() of the same port takes that away.',
  labels: { connections: 'connections', second: 'the second connect()' },
  rows: Object.entries(settings).map(([name, given]) => ({
    name,
    given,
    // The technique itself is C16's, and UDP has no connections.
    ...(given.type === 'stream' && !given.firstIsBound ? { says: { connections: 1 } } : {}),
  })),
  run: twoDestinations,
  laws: [
    {
      text: 'connect() without bind() shares one source port among destinations: it needs a free four-tuple, not a free port. It does not share a port that bind() has taken, and each UDP socket gets a port of its own.',
      rows: {
        'TCP, two ports of one server': { connections: 2, second: 'ok' },
        'TCP, two addresses': { connections: 2, second: 'ok' },
        'TCP, the first was bound before': { connections: 1, second: 'EADDRNOTAVAIL' },
        'UDP, two ports of one server': { connections: 1, second: 'EAGAIN' },
      },
    },
    {
      text: 'Without bind() a source port serves one connection only.',
      rows: () => ({ connections: 1 }),
    },
  ],
});

/** What one source port can do for sockets that bind nothing. */
export const unboundCases: readonly Case[] = [withoutBind];
