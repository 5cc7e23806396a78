import type { OptionValues } from '../../index.js';
import {
  type Case,
  closeInOrder,
  defineCase,
  establish,
  type Host,
  type LabSocket,
  outcome,
  outcomeAsync,
  pastReuseDelay,
  reuse,
  type Stage,
} from '../kit/index.js';

const sourcePort = 40_000;

/** What came of a bind, or of a bind and a connect. Most claims say whether it works, and name no errno. */
type Attempt = {
  readonly works: boolean;
  /** The last call that was made, and what it said: `ok` or an errno. */
  readonly call: string;
  readonly said: string;
};

function attempt(call: 'bind' | 'connect', said: string): Attempt {
  return { works: said === 'ok', call, said };
}

/** One ephemeral port, so that what is taken is taken. */
function onePort(host: Host): void {
  host.setSysctl('net.ipv4.ip_local_port_range', `${sourcePort} ${sourcePort}`);
}

/** A client whose connection from the one source port is in TIME_WAIT at its own end. */
async function clientInTimeWait(
  stage: Stage,
  clientOptions: OptionValues = {},
): Promise<{ server: Host; client: Host; listener: LabSocket }> {
  const [server, client] = stage.pair();
  onePort(client);
  const {
    listener,
    server: accepted,
    client: socket,
  } = await establish(server, { at: { port: 8080 }, clientHost: client, clientOptions });
  await closeInOrder(socket, accepted);
  return { server, client, listener };
}

type Doing = 'bind' | 'connect' | 'connect from the port bound before';

interface Helper {
  readonly doing: Doing;
  readonly twReuse: 0 | 1;
  readonly reuseAddr: boolean;
}

async function help(stage: Stage, { doing, twReuse, reuseAddr }: Helper): Promise<Attempt> {
  const options = reuseAddr ? reuse : {};
  if (doing === 'bind') {
    const host = stage.alone();
    host.setSysctl('net.ipv4.tcp_tw_reuse', twReuse);
    const { listener, server, client } = await establish(host, { options });
    const { address, port } = listener.local;
    await closeInOrder(server, client);
    listener.close();
    await pastReuseDelay(host);
    return attempt(
      'bind',
      outcome(() => host.open({ name: 'restarted', options }).bind({ address, port })),
    );
  }
  const { server, client } = await clientInTimeWait(stage, options);
  client.setSysctl('net.ipv4.tcp_tw_reuse', twReuse);
  await pastReuseDelay(client);
  const socket = client.open({ name: 'next', options });
  if (doing === 'connect from the port bound before') {
    const bound = outcome(() => socket.bind({ address: client.A, port: sourcePort }));
    if (bound !== 'ok') return attempt('bind', bound);
  }
  return attempt('connect', await outcomeAsync(() => socket.connect({ address: server.A, port: 8080 })));
}

function settings({ twReuse, reuseAddr }: Omit<Helper, 'doing'>): string {
  return `tcp_tw_reuse=${twReuse} and ${reuseAddr ? 'with' : 'without'} SO_REUSEADDR`;
}

/** What comes of each if tcp_tw_reuse is for connect() and SO_REUSEADDR for bind(), and nothing or neither for a port bound before. */
function ownWork({ doing, twReuse, reuseAddr }: Helper, isTakenOver: boolean): Pick<Attempt, 'works' | 'said'> {
  const works = { bind: reuseAddr, connect: twReuse === 1, 'connect from the port bound before': isTakenOver }[doing];
  return { works, said: works ? 'ok' : doing === 'bind' ? 'EADDRINUSE' : 'EADDRNOTAVAIL' };
}

const eachItsOwn = defineCase<Helper, Attempt>({
  id: 'S2',
  articles: ['002'],
  title: 'tcp_tw_reuse and SO_REUSEADDR',
  claim: 'tcp_tw_reuse acts at connect and SO_REUSEADDR at bind: neither does the work of the other.',
  rules: ['tcp-tw-reuse', 'reuseaddr-shared', 'time-wait-taken-over'],
  advice:
    'Set SO_REUSEADDR in servers. In clients leave tcp_tw_reuse at its default, unless a proxy runs out of ports to one upstream (C18); use more addresses, or fewer and longer connections, first. If a client must keep its source port, set SO_REUSEADDR on every socket that uses it, and bind.',
  labels: { works: 'works', call: 'last call', said: 'result' },
  rows: (
    [
      { doing: 'bind', twReuse: 1, reuseAddr: false, works: false },
      { doing: 'bind', twReuse: 0, reuseAddr: true, works: true },
      { doing: 'connect', twReuse: 1, reuseAddr: false, works: true },
      { doing: 'connect', twReuse: 0, reuseAddr: true, works: false },
      { doing: 'connect from the port bound before', twReuse: 0, reuseAddr: true, works: false },
    ] as const
  ).map(({ works, ...given }) => ({ name: `${given.doing}, ${settings(given)}`, given, says: { works } })),
  run: help,
  laws: [
    {
      text: 'tcp_tw_reuse helps connect() and does nothing for bind(). SO_REUSEADDR helps bind() and does nothing for a connect() that chooses its port. But connect() from a port given to bind() takes over a TIME_WAIT even without tcp_tw_reuse.',
      rows: (given) => ownWork(given, true),
    },
    {
      text: 'tcp_tw_reuse helps connect() and does nothing for bind(). SO_REUSEADDR helps bind() and does nothing for connect().',
      rows: (given) => ownWork(given, false),
    },
  ],
});

interface Client {
  readonly call: 'bind' | 'connect';
  /** What is in the way. */
  readonly meets: 'a connection' | 'TIME_WAIT' | 'no port left' | 'the same four-tuple';
}

async function clientFails(stage: Stage, { call, meets }: Client): Promise<Attempt> {
  if (meets === 'TIME_WAIT') {
    const { client } = await clientInTimeWait(stage);
    return tryBind(client.open({ name: 'second' }), client.A);
  }
  const [server, client] = stage.pair();
  server.listen({ address: server.A, port: 8080 });
  const to = { address: server.A, port: 8080 };
  const port = meets === 'no port left' ? 0 : sourcePort;
  if (port === 0) onePort(client);
  const options = meets === 'the same four-tuple' ? reuse : {};
  await client.connect(to, { name: 'first', from: { address: client.A, port }, options });
  const second = client.open({ name: 'second', options });
  if (call === 'bind' || meets !== 'no port left') {
    const bound = tryBind(second, client.A, port);
    if (!bound.works) return bound;
  }
  return attempt('connect', await outcomeAsync(() => second.connect(to)));
}

function tryBind(socket: LabSocket, address: string, port = sourcePort): Attempt {
  return attempt(
    'bind',
    outcome(() => socket.bind({ address, port })),
  );
}

const clients = defineCase<Client, Attempt>({
  id: 'S8',
  articles: ['002'],
  title: '"Address already in use" for clients',
  claim:
    'A client, too, can meet "address already in use", if its port is in use and SO_REUSEADDR is not set. In which call, bind or connect?',
  rules: [
    'held-by-connection',
    'held-by-time-wait',
    'no-port-left-for-bind',
    'four-tuple-taken',
    'no-port-left-for-connect',
  ],
  advice:
    'Look for EADDRNOTAVAIL in clients, not only for EADDRINUSE. Leave the port to the kernel. With many connections from one address, set IP_BIND_ADDRESS_NO_PORT before bind().',
  labels: { works: 'works', call: 'last call', said: 'result' },
  rows: [
    {
      name: 'bind to the port of a connection',
      given: { call: 'bind', meets: 'a connection' },
      says: { said: 'EADDRINUSE' },
    },
    { name: 'bind to a port in TIME_WAIT', given: { call: 'bind', meets: 'TIME_WAIT' }, says: { said: 'EADDRINUSE' } },
    { name: 'bind to port 0 with no port left', given: { call: 'bind', meets: 'no port left' } },
    {
      name: 'connect with the same four-tuple, with SO_REUSEADDR',
      given: { call: 'connect', meets: 'the same four-tuple' },
    },
    { name: 'connect with no port left', given: { call: 'connect', meets: 'no port left' } },
  ],
  run: clientFails,
  laws: [
    {
      text: 'A client meets EADDRINUSE in bind() only. connect() says EADDRNOTAVAIL instead, both where the four-tuple is taken and where no port is left.',
      rows: ({ call }) => ({ call, said: call === 'bind' ? 'EADDRINUSE' : 'EADDRNOTAVAIL' }),
    },
    {
      text: 'A client meets EADDRINUSE in bind(), and in connect() too.',
      rows: ({ call }) => ({ call, said: 'EADDRINUSE' }),
    },
  ],
});

interface Compared {
  readonly name: string;
  readonly reuse: boolean;
  readonly source: 'the same' | 'another';
  readonly destination: 'the same' | 'another';
  /** As far as the claim speaks of it. */
  readonly works?: boolean;
}

const comparisons: readonly Compared[] = [
  { name: 'a bind to the same address and port', reuse: false, source: 'the same', destination: 'another' },
  { name: 'a bind to the same port of another address', reuse: false, source: 'another', destination: 'the same' },
  {
    name: 'a connect from the same source to the same destination',
    reuse: true,
    source: 'the same',
    destination: 'the same',
    works: false,
  },
  {
    name: 'a connect from the same source to another destination',
    reuse: true,
    source: 'the same',
    destination: 'another',
    works: true,
  },
  {
    name: 'a connect from another address to the same destination',
    reuse: true,
    source: 'another',
    destination: 'the same',
    works: true,
  },
];

/** A second connection from the source port of the first. Without the option it is the bind that is of interest. */
async function compared(stage: Stage, { reuse: option, source, destination }: Compared): Promise<Attempt> {
  const [server, client] = stage.pair();
  client.namespace?.addAddress('eth0', '192.168.0.3/24');
  const [first, other] = [8080, 8081].map(
    (port) => server.listen({ name: `service ${port}`, address: server.A, port }).local,
  );
  if (first === undefined || other === undefined) throw new Error('two services were asked for');
  const options = option ? reuse : {};
  await client.connect(first, { name: 'first', from: { address: client.A, port: sourcePort }, options });
  const second = client.open({ name: 'second', options });
  const bound = tryBind(second, source === 'another' ? '192.168.0.3' : client.A);
  if (!bound.works) return bound;
  const to = destination === 'another' ? other : first;
  return attempt('connect', await outcomeAsync(() => second.connect(to)));
}

const fourTuple = defineCase<Compared, Attempt>({
  id: 'S9',
  articles: ['002'],
  title: 'What is compared at bind, and what at connect',
  claim:
    'A connection is known by its four-tuple, so two are in conflict only if all four values are the same. What is compared at bind, which has no destination?',
  rules: ['held-by-connection', 'four-tuple-taken', 'four-tuple-free'],
  advice:
    'Bind a fixed source port only if you must: it is then reserved against every destination. Set SO_REUSEADDR on all sockets of that port to leave the check to connect().',
  labels: { works: 'works', call: 'last call', said: 'result' },
  rows: comparisons.map((given) => ({
    name: `${given.name}, ${given.reuse ? 'with' : 'without'} SO_REUSEADDR`,
    given,
    ...(given.works === undefined ? {} : { says: { works: given.works } }),
  })),
  run: compared,
  laws: [
    {
      text: 'bind() compares the local address and port only: without SO_REUSEADDR a second bind to them fails, whatever the destination. connect() compares all four values and fails with EADDRNOTAVAIL only if all are the same.',
      rows: ({ reuse: option, source, destination }) =>
        source === 'another' || (option && destination === 'another')
          ? { works: true, said: 'ok' }
          : { works: false, said: option ? 'EADDRNOTAVAIL' : 'EADDRINUSE' },
    },
  ],
});

type Late =
  | 'on the bound socket that is to listen beside another'
  | 'on the bound socket'
  | 'on the listener before the connection'
  | 'on the listener after the connection'
  | 'on the accepted socket';

interface Setting {
  readonly late: Late;
  /** Whether it is set after all. */
  readonly isSet: boolean;
}

/** Two sockets that got to one port through SO_REUSEPORT, which is taken off again: only SO_REUSEADDR is left to let one listen. */
function besideAnother(host: Host, isSet: boolean): string {
  const other = host.open({ name: 'other', options: { ...reuse, SO_REUSEPORT: true } }).bind({ address: host.A });
  const socket = host.open({ name: 'socket', options: { SO_REUSEPORT: true } }).bind(other.local);
  socket.setOption('SO_REUSEPORT', false);
  if (isSet) socket.setOption('SO_REUSEADDR', true);
  return outcome(() => socket.listen());
}

/** Sets the option late: on the old socket, while the next one has it from the start, or on the one that wants to listen. */
async function setLate(stage: Stage, { late, isSet }: Setting): Promise<string> {
  const host = stage.alone();
  if (late === 'on the bound socket that is to listen beside another') return besideAnother(host, isSet);
  const set = (socket: LabSocket, where: Late): unknown =>
    isSet && late === where && socket.setOption('SO_REUSEADDR', true);
  if (late === 'on the bound socket') {
    const old = host.open({ name: 'old' }).bind({ address: host.A, port: 0 });
    set(old, 'on the bound socket');
    return outcome(() => host.open({ name: 'next', options: reuse }).bind(old.local));
  }
  const listener = host.listen({ address: host.A });
  const { address, port } = listener.local;
  set(listener, 'on the listener before the connection');
  const client = await host.connect({ address, port });
  const server = await listener.accept('server');
  set(listener, 'on the listener after the connection');
  set(server, 'on the accepted socket');
  await closeInOrder(server, client);
  listener.close();
  return outcome(() => host.open({ name: 'next', options: reuse }).bind({ address, port }).listen());
}

const latePlaces: readonly Late[] = [
  'on the bound socket that is to listen beside another',
  'on the bound socket',
  'on the listener before the connection',
  'on the listener after the connection',
  'on the accepted socket',
];

/** What is seen without the option, with which the others are to be compared. */
const neverSet: readonly Late[] = [
  'on the bound socket that is to listen beside another',
  'on the listener before the connection',
];

const tooLate = defineCase<Setting, string>({
  id: 'S10',
  articles: ['002'],
  title: 'The option set after bind',
  claim: 'SO_REUSEADDR must be set before bind: on a socket that is bound or connected it has no effect.',
  rules: ['option-read-at-later-bind', 'option-inherited'],
  advice:
    'Set it before bind(): only that covers everything. To prepare a running server for its next restart, set it on the listener and on every accepted socket (`sockwise set`).',
  onLoopback: true,
  bindsBeside: true,
  rows: [
    ...latePlaces.map((late) => ({ name: `set ${late}`, given: { late, isSet: true }, says: 'EADDRINUSE' })),
    ...neverSet.map((late) => ({ name: `not set ${late}`, given: { late, isSet: false } })),
  ],
  run: setLate,
  laws: [
    {
      text: 'Set after bind(), it still works: on a bound socket, on an accepted one, and on a listener for later connections. It does not reach connections that were accepted before.',
      rows: ({ late, isSet }) => (isSet && late !== 'on the listener after the connection' ? 'ok' : 'EADDRINUSE'),
    },
    { text: 'Set after bind it has no effect.', rows: () => 'EADDRINUSE' },
  ],
});

/** Which call fails, with which errno, and what it compared. */
export const bindOrConnectCases: readonly Case[] = [eachItsOwn, clients, fourTuple, tooLate];
