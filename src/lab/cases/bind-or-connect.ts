import type { OptionValues } from '../../index.js';
import { type Case, defineCase } from '../case/case.js';
import { closeInOrder, establish } from '../host/connection.js';
import type { Host } from '../host/host.js';
import type { Lab } from '../case/lab.js';
import type { LabSocket } from '../host/lab-socket.js';
import { outcome, outcomeAsync } from '../host/step.js';
import { until } from '../host/until.js';

const reuse: OptionValues = { SO_REUSEADDR: true };
const sourcePort = 40_000;

/** One ephemeral port, so that what is taken is taken. */
function onePort(host: Host): void {
  host.setSysctl('net.ipv4.ip_local_port_range', `${sourcePort} ${sourcePort}`);
}

/** A client whose connection from the one source port is in TIME_WAIT at its own end. */
async function clientInTimeWait(
  lab: Lab,
  clientOptions: OptionValues = {},
): Promise<{ server: Host; client: Host; listener: LabSocket }> {
  const [server, client] = lab.pair();
  onePort(client);
  const {
    listener,
    server: accepted,
    client: socket,
  } = await establish(server, { at: { port: 8080 }, clientHost: client, clientOptions });
  await closeInOrder(socket, accepted);
  return { server, client, listener };
}

/** A TIME_WAIT is taken over only when it is older than this: Linux 6.14 made it a sysctl, before it is a second. */
const reuseDelay = 'net.ipv4.tcp_tw_reuse_delay';
const reuseDelayMs = 1;

async function pastReuseDelay(host: Host): Promise<void> {
  const settable = outcome(() => host.setSysctl(reuseDelay, reuseDelayMs)) === 'ok';
  const youngest = 60_000 - (settable ? 2 * reuseDelayMs : 1200);
  const isOld = (): boolean =>
    host.sockets({ state: 'TIME_WAIT' }).every(({ timer }) => (timer?.remainingMs ?? 0) < youngest);
  await until(() => (isOld() ? true : undefined), 'the TIME_WAIT is older than the delay');
}

type Doing = 'bind' | 'connect' | 'connect from the port bound before';

interface Helper {
  readonly doing: Doing;
  readonly twReuse: 0 | 1;
  readonly reuseAddr: boolean;
}

async function help(lab: Lab, { doing, twReuse, reuseAddr }: Helper): Promise<string> {
  const options = reuseAddr ? reuse : {};
  if (doing === 'bind') {
    const host = lab.host();
    host.setSysctl('net.ipv4.tcp_tw_reuse', twReuse);
    const { listener, server, client } = await establish(host, { options });
    const { address, port } = listener.local;
    await closeInOrder(server, client);
    listener.close();
    await pastReuseDelay(host);
    return outcome(() => host.open({ name: 'restarted', options }).bind({ address, port }).listen());
  }
  const { server, client } = await clientInTimeWait(lab, options);
  client.setSysctl('net.ipv4.tcp_tw_reuse', twReuse);
  await pastReuseDelay(client);
  const socket = client.open({ name: 'next', options });
  if (doing === 'connect from the port bound before') {
    const bound = outcome(() => socket.bind({ address: client.A, port: sourcePort }));
    if (bound !== 'ok') return bound;
  }
  return await outcomeAsync(() => socket.connect({ address: server.A, port: 8080 }));
}

const eachItsOwn = defineCase<Helper, string>({
  id: 'S2',
  articles: ['002'],
  title: 'tcp_tw_reuse and SO_REUSEADDR',
  claim: 'tcp_tw_reuse acts at connect and SO_REUSEADDR at bind: neither does the work of the other.',
  rule: 'inet_bind_conflict() looks at SO_REUSEADDR only. connect without a port asks tcp_twsk_unique(), which looks at tcp_tw_reuse and timestamps; for a port bound before, __inet_check_established() takes over a TIME_WAIT with timestamps whatever tcp_tw_reuse says.',
  advice:
    'For servers SO_REUSEADDR; for clients leave tcp_tw_reuse as it is and use more addresses or fewer connections. A client that must keep its source port sets SO_REUSEADDR and binds.',
  rows: [
    {
      name: 'bind, tcp_tw_reuse=1, without SO_REUSEADDR',
      given: { doing: 'bind', twReuse: 1, reuseAddr: false },
      says: 'EADDRINUSE',
    },
    {
      name: 'bind, tcp_tw_reuse=0, with SO_REUSEADDR',
      given: { doing: 'bind', twReuse: 0, reuseAddr: true },
      says: 'ok',
    },
    {
      name: 'connect, tcp_tw_reuse=1, without SO_REUSEADDR',
      given: { doing: 'connect', twReuse: 1, reuseAddr: false },
      says: 'ok',
    },
    {
      name: 'connect, tcp_tw_reuse=0, with SO_REUSEADDR',
      given: { doing: 'connect', twReuse: 0, reuseAddr: true },
      says: 'EADDRNOTAVAIL',
    },
    {
      name: 'bind to the port, then connect, tcp_tw_reuse=0, with SO_REUSEADDR',
      given: { doing: 'connect from the port bound before', twReuse: 0, reuseAddr: true },
      says: 'EADDRNOTAVAIL',
    },
  ],
  run: help,
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

type Client =
  | 'the port of a connection, bound again'
  | 'the same four-tuple'
  | 'no port left'
  | 'no port left, bind to port 0';

async function clientFails(lab: Lab, what: Client): Promise<string> {
  const [server, client] = lab.pair();
  server.listen({ address: server.A, port: 8080 });
  const to = { address: server.A, port: 8080 };
  const port = what.startsWith('no port left') ? 0 : sourcePort;
  if (port === 0) onePort(client);
  const options = what === 'the same four-tuple' ? reuse : {};
  await client.connect(to, { name: 'first', from: { address: client.A, port }, options });
  const second = client.open({ name: 'second', options });
  if (what !== 'no port left') {
    const bound = outcome(() => second.bind({ address: client.A, port }));
    if (bound !== 'ok') return `bind says ${bound}`;
  }
  return `connect says ${await outcomeAsync(() => second.connect(to))}`;
}

const clients = defineCase<Client, string>({
  id: 'S8',
  articles: ['002'],
  title: '"Address already in use" for clients',
  claim: 'A client can meet "address already in use" as a server can.',
  rule: 'bind(2) says EADDRINUSE (inet_csk_get_port()). connect(2) says EADDRNOTAVAIL both for a four-tuple that stands (__inet_check_established()) and for want of a port (__inet_hash_connect()), although its man page names EADDRINUSE.',
  advice:
    'Look for EADDRNOTAVAIL in clients, not only for EADDRINUSE. Leave the port to the kernel, and with many connections set IP_BIND_ADDRESS_NO_PORT before binding an address.',
  rows: [
    {
      name: 'the port of a connection, bound again',
      given: 'the port of a connection, bound again',
      says: 'bind says EADDRINUSE',
    },
    { name: 'the same four-tuple, with SO_REUSEADDR', given: 'the same four-tuple', says: 'connect says EADDRINUSE' },
    { name: 'no port left', given: 'no port left', says: 'connect says EADDRINUSE' },
    { name: 'no port left, bind to port 0', given: 'no port left, bind to port 0', says: 'bind says EADDRINUSE' },
  ],
  run: clientFails,
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

type Compared =
  | 'bind, another destination in mind'
  | 'connect, the same destination'
  | 'connect, another destination'
  | 'connect, another source address';

async function compared(lab: Lab, what: Compared): Promise<string> {
  const [server, client] = lab.pair();
  client.namespace?.addAddress('eth0', '192.168.0.3/24');
  const [first, other] = [8080, 8081].map(
    (port) => server.listen({ name: `service ${port}`, address: server.A, port }).local,
  );
  if (first === undefined || other === undefined) throw new Error('two services were asked for');
  const from = { address: client.A, port: sourcePort };
  const options = what === 'bind, another destination in mind' ? {} : reuse;
  await client.connect(first, { name: 'first', from, options });
  const second = client.open({ name: 'second', options });
  const source = what === 'connect, another source address' ? '192.168.0.3' : client.A;
  const bound = outcome(() => second.bind({ address: source, port: sourcePort }));
  if (bound !== 'ok') return bound;
  return await outcomeAsync(() => second.connect(what === 'connect, another destination' ? other : first));
}

const fourTuple = defineCase<Compared, string>({
  id: 'S9',
  articles: ['002'],
  title: 'What is compared at bind, and what at connect',
  claim:
    'A connection is known by its four-tuple, so only the same four values can be in conflict; a bind, which has no destination, compares the local two.',
  rule: 'inet_bind_conflict() compares local address and port (and options, device, state), never the destination; __inet_check_established() compares the four-tuple.',
  advice:
    'A bind to a fixed port reserves it against every destination. SO_REUSEADDR on all sockets of that port leaves the check to connect.',
  rows: [
    {
      name: 'bind without the option, for another destination',
      given: 'bind, another destination in mind',
      says: 'EADDRINUSE',
    },
    { name: 'connect to the same destination', given: 'connect, the same destination', says: 'EADDRNOTAVAIL' },
    { name: 'connect to another destination', given: 'connect, another destination', says: 'ok' },
    { name: 'connect from another source address', given: 'connect, another source address', says: 'ok' },
  ],
  run: compared,
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

type Late =
  | 'on the bound socket'
  | 'on the listener, before the connection'
  | 'on the listener, after the connection'
  | 'on the accepted socket';

/** Sets the option late on the old socket; the next one has it from the start. */
async function setLate(lab: Lab, late: Late): Promise<string> {
  const host = lab.host();
  if (late === 'on the bound socket') {
    const old = host.open({ name: 'old' }).bind({ address: host.A, port: 0 });
    old.setOption('SO_REUSEADDR', true);
    return outcome(() => host.open({ name: 'next', options: reuse }).bind(old.local));
  }
  const listener = host.listen({ address: host.A });
  const { address, port } = listener.local;
  if (late === 'on the listener, before the connection') listener.setOption('SO_REUSEADDR', true);
  const client = await host.connect({ address, port });
  const server = await listener.accept('server');
  if (late === 'on the listener, after the connection') listener.setOption('SO_REUSEADDR', true);
  if (late === 'on the accepted socket') server.setOption('SO_REUSEADDR', true);
  await closeInOrder(server, client);
  listener.close();
  return outcome(() => host.open({ name: 'next', options: reuse }).bind({ address, port }).listen());
}

const tooLate = defineCase<Late, string>({
  id: 'S10',
  articles: ['002'],
  title: 'The option set after bind',
  claim: 'SO_REUSEADDR must be set before bind: on a socket that is bound or connected it has no effect.',
  rule: 'inet_bind_conflict() reads sk_reuse of the sockets it finds at the moment of the later bind. A connection copies the flag of its listener at the handshake (inet_csk_clone_lock()), a TIME_WAIT that of its connection (inet_twsk_alloc()).',
  advice:
    'Set it before bind all the same: it is the only moment that covers everything. But a running server can be mended for its next restart by setting it on the listener and on every accepted socket.',
  onLoopback: true,
  bindsBeside: true,
  rows: (
    [
      'on the bound socket',
      'on the listener, before the connection',
      'on the listener, after the connection',
      'on the accepted socket',
    ] as const
  ).map((late) => ({ name: `set ${late}`, given: late, says: 'EADDRINUSE' })),
  run: setLate,
  because: (rows) =>
    `the next bind with the option, when it was ${rows.map(({ name, observed }) => `${name}: ${observed}`).join('; ')}`,
});

/** Which call fails, with which errno, and what it compared. */
export const bindOrConnectCases: readonly Case[] = [eachItsOwn, clients, fourTuple, tooLate];
