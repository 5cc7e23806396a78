import {
  type Case,
  clauses,
  defineCase,
  type Experiment,
  fate,
  type Host,
  labelledClauses,
  outcome,
  type Stage,
  textOf,
} from '../kit/index.js';
import { disconnect } from './disconnect.experiments.js';
import { halfOpenConnect, halfOpenRead, halfOpenWrite } from './half-open.experiments.js';
import { repairClose } from './repair.experiments.js';

type Silent = 'nothing pending' | 'data unread' | 'data unsent' | 'repair mode left before the close';
type SilentEnd = { readonly sent: string; readonly peer: string; readonly write: string; readonly read: string };

const silentClose = defineCase<Silent, SilentEnd>({
  id: 'R13',
  articles: [],
  title: 'TCP_REPAIR: a close that sends nothing',
  claim:
    'A socket in repair mode closes without a packet: its peer stays ESTABLISHED, and only what it writes then meets an RST.',
  rule: '__tcp_close() looks at tp->repair before anything is sent and calls tcp_disconnect(), which sends no RST for such a socket. A segment for a connection nobody knows is answered with RST (tcp_v4_rcv(), RFC 9293 section 3.10.7.1). It needs CAP_NET_ADMIN over the network namespace.',
  advice:
    'It is meant for moving connections to another machine (CRIU); in a test it stands for a crashed peer, with no cable to pull.',
  rows: (['nothing pending', 'data unread', 'data unsent', 'repair mode left before the close'] as const).map(
    (pending) => ({
      name: pending,
      given: pending,
      // A socket that has left repair mode is as any other.
      ...(pending !== 'repair mode left before the close' && {
        says: { sent: 'nothing', peer: 'ESTABLISHED', read: 'ECONNRESET' },
      }),
    }),
  ),
  async run(stage, pending) {
    const findings = await repairClose.on(stage, pending);
    const told = (key: string): string => textOf(findings, key);
    return { sent: told('sent'), peer: told('peer'), write: told('write'), read: told('read') };
  },
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed: { sent, peer, write, read } }) =>
        `the close sends ${sent} and leaves the peer in ${peer}, whose next write says ${write} and next read ${read}`,
      ({ name }) => `with ${name}`,
    ),
});

type Played = { readonly experiment: Experiment; readonly variant?: string };

const halfOpen = defineCase<Played, string>({
  id: 'R15',
  articles: [],
  title: 'A half-open connection: one side lost its state',
  claim:
    'When one side has lost the connection, the other is told so with ECONNRESET as soon as one of them sends (RFC 9293 section 3.5.1).',
  rule: 'RFC 9293 section 3.5.1: only a segment for the lost connection is answered with RST. A reader sends none, so it waits for ever unless keepalive probes go out. A new SYN for the same four-tuple gets a challenge ACK (tcp_send_challenge_ack(), RFC 5961 section 4), and that is answered with RST.',
  advice:
    'Who only reads needs SO_KEEPALIVE with short times, or a heartbeat in the protocol, or the connection is held for ever.',
  rows: [
    { name: 'it writes', given: { experiment: halfOpenWrite }, says: 'ECONNRESET' },
    {
      name: 'the lost side connects again from the same port',
      given: { experiment: halfOpenConnect },
      says: 'ECONNRESET',
    },
    { name: 'it only reads', given: { experiment: halfOpenRead, variant: 'without keepalive' } },
    { name: 'it only reads but has keepalive', given: { experiment: halfOpenRead, variant: 'with keepalive' } },
  ],
  run: async (stage, { experiment, variant }) => textOf(await experiment.on(stage, variant), 'recv'),
  because: (rows) =>
    clauses(
      rows,
      ({ observed }) => `the other side sees ${observed}`,
      ({ name }) => `when ${name}`,
    ),
});

type Question =
  | 'the peer reads'
  | 'the peer reads, after shutdown(SHUT_WR)'
  | 'the socket connects again'
  | 'a port given to bind() is still held'
  | 'a port chosen by bind() is still held'
  | 'a port chosen by connect() is still held'
  | 'getsockname() tells the port that is held';

/** Whether another socket is kept from binding the port. */
function isHeld(host: Host, port: number): boolean {
  return outcome(() => host.open({ name: 'other' }).bind({ address: host.A, port })) === 'EADDRINUSE';
}

/** What the peer and the socket itself see is asked of the wire, the port of another socket. */
async function answer(stage: Stage, question: Question): Promise<string> {
  if (question === 'the peer reads' || question === 'the peer reads, after shutdown(SHUT_WR)')
    return textOf(await disconnect.on(stage, question), 'read');
  if (question === 'the socket connects again') return textOf(await disconnect.on(stage), 'again');
  const host = stage.alone();
  const listener = host.listen({ address: host.A });
  const client = host.open({ name: 'client' });
  if (question === 'a port given to bind() is still held') client.bind({ address: host.A, port: 5000 });
  if (question === 'a port chosen by bind() is still held') client.bind({ address: host.A });
  await client.connect(listener.local);
  await listener.accept('server');
  const { port } = client.local;
  if (!isHeld(host, port)) throw new Error('the port was not held before');
  client.disconnect();
  const held = isHeld(host, port);
  if (question === 'getsockname() tells the port that is held')
    return client.local.port === port && !held ? 'no' : 'yes';
  return held ? 'yes' : 'no';
}

const port = (whose: string) => (held: string) => `a port ${whose} is ${held === 'yes' ? 'still held' : 'given up'}`;

const inWords: { readonly [Q in Question]: (observed: string) => string } = {
  'the socket connects again': (said) => `a new connect() of the socket ${fate(said)}`,
  'the peer reads': (said) => `the peer of a connection that is dissolved reads ${said}`,
  'the peer reads, after shutdown(SHUT_WR)': (said) => `after shutdown(SHUT_WR) it reads ${said}`,
  'a port given to bind() is still held': port('given to bind()'),
  'a port chosen by bind() is still held': port('chosen by bind()'),
  'a port chosen by connect() is still held': port('chosen by connect()'),
  'getsockname() tells the port that is held': (said) =>
    said === 'yes'
      ? 'getsockname() tells the port that is held'
      : 'getsockname() goes on telling a port that is not held',
};

const unspec = defineCase<Question, string>({
  id: 'R12',
  articles: [],
  title: 'connect() with AF_UNSPEC on a connected socket',
  claim:
    'connect() with AF_UNSPEC dissolves the association of a connected TCP socket, which can then be connected again (connect(2)).',
  rule: '__inet_stream_connect() calls tcp_disconnect(), which sends RST where tcp_need_reset() says so, whatever SO_LINGER says: up to CLOSE_WAIT and FIN_WAIT_2, and in CLOSING and LAST_ACK only with data unsent. inet_reset_saddr() and __inet_put_port() follow only where SOCK_BINDADDR_LOCK and SOCK_BINDPORT_LOCK, which bind() sets, are not; inet_sport is left as it was.',
  advice:
    'Do not use it to end a TCP connection: it is an abort. Open a new socket; after a failed connect that is simpler too.',
  rows: [
    { name: 'the socket connects again', given: 'the socket connects again', says: 'ok' },
    // What becomes of the peer and of the port the man page leaves open.
    ...(
      [
        'the peer reads',
        'the peer reads, after shutdown(SHUT_WR)',
        'a port given to bind() is still held',
        'a port chosen by bind() is still held',
        'a port chosen by connect() is still held',
        'getsockname() tells the port that is held',
      ] as const
    ).map((question) => ({ name: question, given: question })),
  ],
  run: answer,
  because: (rows) => rows.map(({ given, observed }) => inWords[given](observed)).join('; '),
});

/** Connections of which one end is gone without having closed. */
export const halfOpenCases: readonly Case[] = [unspec, silentClose, halfOpen];
